"""Scopes, lifetimes and claims of API keys, and the memory of wrong ones."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user, an_api_key

from fastauth.application.api_keys.store_key import ApiKeyTerms
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.api_keys.api_key import (
    MAX_DAYS,
    ApiKeyName,
    OwnedApiKey,
    check_scopes,
    parse_lifetime,
)
from fastauth.domain.api_keys.key_text import ApiKeyDigest
from fastauth.domain.api_keys.wrong_keys import MAX_KNOWN, MAX_NETWORKS, WrongKeys
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.network import Network, network_of
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.roles.role import NOT_FOR_MACHINES, Grants
from fastauth.domain.sessions.access_token import ApiKeyClaims

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ONE = RateLimit(1, timedelta(minutes=1))
NETWORK = network_of("192.0.2.1")


class TestApiKeyTerms:
    def test_are_parsed_from_what_was_sent(self) -> None:
        assert ApiKeyTerms.parse(name=" Backup ", scopes=["a:b"], days=7, held=["a:b", "a:c"]) == ApiKeyTerms(
            name=ApiKeyName.parse("Backup"), scopes=frozenset({"a:b"}), lifetime=timedelta(days=7)
        )

    def test_all_violations_are_listed(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            ApiKeyTerms.parse(name="", scopes=["a:b"], days=0, held=["a:c"])
        assert [(each.field, each.code) for each in refused.value.violations] == [
            ("name", "empty"),
            ("scopes", "not_held"),
            ("expires_in_days", "out_of_range"),
        ]


class TestCheckScopes:
    def test_operator_only_unless_by_an_operator(self) -> None:
        given = sorted(NOT_FOR_MACHINES)
        assert check_scopes(given, given, by_operator=True) == NOT_FOR_MACHINES
        for scopes, allowed, code, detail in (
            (["a:b"], ["a:c"], "not_held", "Must be permissions that the owner of the key has."),
            (
                given[:1],
                given,
                "operator_only",
                f"Only an operator gives these to a key: {', '.join(given)}.",
            ),
        ):
            with pytest.raises(InvalidInput) as refused:
                check_scopes(scopes, allowed)
            assert list(refused.value.violations) == [Violation("scopes", code, detail)]


class TestParseLifetime:
    def test_is_up_to_a_year(self) -> None:
        assert [parse_lifetime(days) for days in (1, MAX_DAYS)] == [timedelta(days=1), timedelta(days=365)]
        for days in (0, MAX_DAYS + 1):
            with pytest.raises(InvalidInput) as refused:
                parse_lifetime(days)
            detail = "Must be from 1 to 365."
            assert list(refused.value.violations) == [Violation("expires_in_days", "out_of_range", detail)]


class TestClaims:
    def test_have_the_audience_and_the_end_of_the_key(self) -> None:
        new = a_new_user("ann")
        owner = User(id=UserId(1), username=new.username, fullname=new.fullname)
        key = an_api_key(owner, now=NOW)
        for audience in (None, "fa_c_x"):
            claims = OwnedApiKey(key, owner, Grants()).claims(["b:b", "a:a"], audience=audience)
            assert claims == ApiKeyClaims(
                user_id=UserId(1),
                key_id=key.id,
                permissions=("a:a", "b:b"),
                audience=audience,
                ends_at=key.expires_at,
            )


def digest(number: int) -> ApiKeyDigest:
    return ApiKeyDigest(b"%d" % number)


def is_refused(wrong_keys: WrongKeys, of: ApiKeyDigest, network: Network = NETWORK) -> bool:
    try:
        wrong_keys.check(of, network, now=NOW)
    except TooManyRequests:
        return True
    return False


class TestWrongKeys:
    def test_oldest_of_the_known_keys_goes_first(self) -> None:
        """Memory is bounded, and a key that is in use stays known."""
        wrong_keys = WrongKeys(ONE)
        for number in range(MAX_KNOWN):
            wrong_keys.remember_valid(digest(number))
        wrong_keys.count_wrong(ApiKeyDigest(b"wrong"), NETWORK, now=NOW)
        assert not is_refused(wrong_keys, digest(0))
        wrong_keys.remember_valid(digest(0))
        wrong_keys.remember_valid(digest(MAX_KNOWN))
        known = [0, 2, MAX_KNOWN - 1, MAX_KNOWN]
        assert [is_refused(wrong_keys, digest(number)) for number in (*known, 1)] == [False] * 4 + [True]

    def test_network_that_was_wrong_longest_ago_goes_first(self) -> None:
        wrong_keys, unknown = WrongKeys(ONE), ApiKeyDigest(b"wrong")
        networks = [network_of(f"10.{number >> 8}.{number & 255}.1") for number in range(MAX_NETWORKS + 1)]
        for network in networks[:-1]:
            wrong_keys.count_wrong(unknown, network, now=NOW)
        assert is_refused(wrong_keys, unknown, networks[0])
        wrong_keys.count_wrong(unknown, networks[-1], now=NOW)
        tried = [is_refused(wrong_keys, unknown, networks[each]) for each in (0, 1, -2, -1)]
        assert tried == [False, True, True, True]
