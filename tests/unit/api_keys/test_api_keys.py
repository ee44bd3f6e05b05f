"""API keys: made by a user or an operator, exchanged for access tokens, and revoked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.application import A_DEVICE, Application, RateLimitedApplication
from tests.fakes import FakeApiKeyRepository
from tests.port_calls import PortCalls
from tests.session_helpers import caller_of, happened

from fastauth.application.api_keys.last_uses import MAX_WAITING
from fastauth.application.api_keys.store_key import NewApiKey
from fastauth.domain.api_keys.api_key import API_KEY_RETENTION, MAX_API_KEYS, USE_INTERVAL, ApiKeyName
from fastauth.domain.api_keys.errors import ApiKeyNotFound, InvalidApiKey, TooManyApiKeys
from fastauth.domain.api_keys.key_text import ApiKeyCodec, ApiKeyId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.errors import InvalidInput, StorageUnavailable, Violation
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.roles.role import NOT_FOR_MACHINES, Role
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.access_token import AnyClaims, ApiKeyClaims
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import AuthenticatedUser

READ, WRITE, OWN = "orders:read", "orders:write", "fastauth:users.read"
ROLES = {
    "clerk": Role(name="clerk", permissions=frozenset({READ, WRITE})),
    "reader": Role(name="reader", permissions=frozenset({READ})),
}


@dataclass
class Owner:
    """A user who holds the roles `clerk` and `admin`, and the use cases of the user's keys."""

    app: Application
    caller: AuthenticatedUser

    @property
    def stored(self) -> FakeApiKeyRepository:
        stored = self.app.container.api_keys()
        assert isinstance(stored, FakeApiKeyRepository)
        return stored

    async def create(self, *scopes: str, name: str = "Backup", days: int = 90) -> NewApiKey:
        return await self.app.container.create_api_key()(
            caller=self.caller, name=name, scopes=scopes, days=days
        )

    async def exchange(
        self, text: str, *, address: str = "192.0.2.1", scopes: Collection[str] | None = None
    ) -> str:
        exchange = self.app.container.exchange_api_key()
        return (await exchange(text=text, address=address, scopes=scopes)).token.text

    async def claims(self, text: str, *, scopes: Collection[str] | None = None) -> AnyClaims:
        return await self.app.container.access_tokens().verify_any(await self.exchange(text, scopes=scopes))

    async def permissions(self, text: str) -> tuple[str, ...]:
        claims = await self.claims(text)
        assert isinstance(claims, ApiKeyClaims)
        return claims.permissions

    async def principal(self, token: str) -> Principal:
        return await self.app.container.authenticate_principal()(access_token=token)


async def an_owner(app: Application) -> Owner:
    app.storage.roles |= ROLES
    await app.a_user()
    await app.grant_role(username="santosh", role="clerk")
    await app.grant_role(username="santosh", role="admin")
    return Owner(app, await caller_of(app, await app.a_log_in()))


@pytest.fixture
async def owner() -> Owner:
    return await an_owner(Application())


async def refusals(owner: Owner, **order: object) -> list[tuple[str, str]]:
    """Return field and code of each violation of a new key."""
    given = {"name": "Backup", "scopes": [READ], "days": 90, **order}
    with pytest.raises(InvalidInput) as invalid:
        await owner.app.container.create_api_key()(caller=owner.caller, **given)  # type: ignore[arg-type]  # given by name
    return [(each.field, each.code) for each in invalid.value.violations]


class TestCreateApiKey:
    async def test_stores_a_digest_and_sends_a_notice(self, owner: Owner) -> None:
        await owner.app.a_verified_address("santosh@example.com")
        new = await owner.create(READ, OWN, days=30)
        (stored,) = owner.app.storage.api_keys.values()
        assert stored == new.key
        assert stored.name == ApiKeyName("Backup")
        assert (set(stored.scopes), stored.user_id) == ({READ, OWN}, owner.caller.user.id)
        assert stored.expires_at - stored.created_at == timedelta(days=30)
        assert new.text not in repr((new, stored, owner.app.storage))
        (event,) = happened(owner.app, EventType.API_KEY_CREATED)
        assert (event.user_id, event.session_id, event.detail) == (
            owner.caller.user.id,
            owner.caller.session.id,
            new.key.id,
        )
        assert [mail.to for mail in await owner.app.deliver()][-1:] == ["santosh@example.com"]

    async def test_refuses_other_values(self, owner: Owner) -> None:
        scopes = ("scopes", "not_held")
        table: list[tuple[dict[str, object], list[tuple[str, str]]]] = [
            ({"scopes": ["orders:delete"]}, [scopes]),
            ({"scopes": [READ, ""]}, [scopes]),
            ({"scopes": ["admin"]}, [scopes]),
            ({"scopes": [*NOT_FOR_MACHINES]}, [("scopes", "operator_only")]),
            ({"scopes": [READ, min(NOT_FOR_MACHINES)]}, [("scopes", "operator_only")]),
            ({"days": 0}, [("expires_in_days", "out_of_range")]),
            ({"days": 366}, [("expires_in_days", "out_of_range")]),
            ({"name": " "}, [("name", "empty")]),
            (
                {"name": "", "days": -1, "scopes": ["x"]},
                [("name", "empty"), scopes, ("expires_in_days", "out_of_range")],
            ),
        ]
        for order, expected in table:
            assert await refusals(owner, **order) == expected, order
        assert owner.app.storage.api_keys == {}

    async def test_needs_a_recent_authentication(self, owner: Owner) -> None:
        owner.app.clock.advance(timedelta(minutes=11))
        with pytest.raises(StepUpRequired):
            await owner.create(READ)
        user = replace(owner.caller.user, has_second_factor=True)
        with pytest.raises(StepUpRequired):
            await Owner(owner.app, replace(owner.caller, user=user)).create(READ)

    async def test_at_most_fifty(self, owner: Owner) -> None:
        for _ in range(MAX_API_KEYS):
            await owner.create(READ)
        with pytest.raises(TooManyApiKeys):
            await owner.create(READ)

    async def test_at_most_twenty_an_hour(self) -> None:
        """Of one account: another one is not limited."""
        owner = await an_owner(RateLimitedApplication())
        await owner.app.a_user("bob")
        await owner.app.grant_role(username="bob", role="clerk")
        other = Owner(owner.app, await caller_of(owner.app, await owner.app.a_log_in("bob")))
        for _ in range(20):
            await owner.create(READ)
        with pytest.raises(TooManyRequests):
            await owner.create(READ)
        assert await other.create(READ)

    async def test_key_that_is_not_stored_is_not_counted(self) -> None:
        owner = await an_owner(RateLimitedApplication())
        await owner.create(READ)
        before = dict(owner.app.storage.counters)
        (key,) = owner.app.storage.api_keys.values()
        others = [ApiKeyId(f"{number:016x}") for number in range(MAX_API_KEYS)]
        owner.app.storage.api_keys |= {id_: replace(key, id=id_) for id_ in others}
        with pytest.raises(TooManyApiKeys):
            await owner.create(READ)
        assert owner.app.storage.counters == before

    async def test_a_session_gives_no_more_than_it_has(self) -> None:
        """Where administrators need a second factor, a session without one has no permissions of them."""
        owner = await an_owner(Application(second_factor=SecondFactorPolicy.ROLES))
        assert await refusals(owner, scopes=[OWN]) == [("scopes", "not_held")]
        assert (await owner.create(READ)).key.scopes == {READ}


class TestIssueApiKey:
    async def test_operator_gives_what_users_cannot(self, owner: Owner) -> None:
        issue = owner.app.container.issue_api_key()
        scopes = sorted(NOT_FOR_MACHINES)
        new = await issue(username="santosh", name="Terraform", scopes=scopes)
        assert await owner.permissions(new.text) == tuple(scopes)
        with pytest.raises(InvalidInput):
            await issue(username="santosh", name="Terraform", scopes=["orders:delete"])


class TestExchangeApiKey:
    async def test_claims(self, owner: Owner) -> None:
        new = await owner.create(READ, OWN)
        claims = await owner.claims(new.text)
        assert claims == ApiKeyClaims(
            user_id=owner.caller.user.id,
            key_id=new.key.id,
            permissions=(OWN, READ),
            ends_at=new.key.expires_at,
        )

    async def test_fewer_scopes(self, owner: Owner) -> None:
        new = await owner.create(READ, WRITE)
        claims = await owner.claims(new.text, scopes=[WRITE])
        assert isinstance(claims, ApiKeyClaims)
        assert claims.permissions == (WRITE,)
        with pytest.raises(InvalidInput) as refused:
            await owner.exchange(new.text, scopes=[READ, OWN])
        detail = "Must be scopes of the API key."
        assert list(refused.value.violations) == [Violation("scope", "not_held", detail)]

    async def test_token_has_the_time_before_the_look_up(self, owner: Owner) -> None:
        """A revocation meanwhile refuses tokens that were issued no later than itself."""
        new, now = await owner.create(READ), owner.app.clock.now()
        exchange: Any = owner.app.container.exchange_api_key()

        async def authenticate(**of: str) -> object:
            owner.app.clock.advance(timedelta(seconds=3))
            return await exchange.authenticate(**of)

        tokens = PortCalls(exchange.access_tokens)
        given = await replace(exchange, authenticate=authenticate, access_tokens=tokens)(
            text=new.text, address="192.0.2.1"
        )
        assert given.permissions == (READ,)
        ((name, _, more),) = tokens.made
        assert (name, more) == ("issue", {"issued_at": now})

    async def test_audience_is_a_client_or_all_services(self, owner: Owner) -> None:
        app = owner.app
        new, client = await owner.create(READ), (await app.container.create_client()(name="orders")).client
        exchange: Any = app.container.exchange_api_key()
        for audience, stored in (
            (None, exchange.audience),
            (exchange.audience, exchange.audience),
            (client.id, client.id),
        ):
            given = await exchange(text=new.text, address="192.0.2.1", audience=audience)
            claims: Any = await app.container.access_tokens().verify_any(given.token.text)
            assert (claims.audience or exchange.audience) == stored, audience
        await app.container.change_client()(name="orders", disabled=True)
        for audience in (client.id, "fa_c_x", "orders", "", "fa_c_\0"):
            with pytest.raises(InvalidInput) as refused:
                await exchange(text=new.text, address="192.0.2.1", audience=audience)
            assert list(refused.value.violations) == [
                Violation("audience", "not_allowed", "Must be the id of a client.")
            ], audience

    async def test_scopes_shrink_and_grow_with_the_owner(self, owner: Owner) -> None:
        new = await owner.create(READ, WRITE, OWN)
        await owner.app.grant_role(username="santosh", role="reader")
        await owner.app.revoke_role(username="santosh", role="clerk")
        assert await owner.permissions(new.text) == (OWN, READ)
        await owner.app.revoke_role(username="santosh", role="admin")
        assert await owner.permissions(new.text) == (READ,)
        await owner.app.grant_role(username="santosh", role="clerk")
        assert await owner.permissions(new.text) == (READ, WRITE)

    async def test_policy_of_second_factors_applies(self, owner: Owner) -> None:
        """A key that was made before, or whose owner has removed the factor, has what the owner has."""
        new = await owner.create(READ, OWN)
        owned = await owner.stored.find(new.key.id)
        assert owned
        both, one = frozenset({READ, OWN}), frozenset({READ})
        table = [
            (SecondFactorPolicy.OPTIONAL, both, both),
            (SecondFactorPolicy.ROLES, one, both),
            (SecondFactorPolicy.REQUIRED, frozenset(), both),
        ]
        for policy, without, with_factor in table:
            assert owned.permissions(policy) == without, policy
            enrolled = replace(owned, owner=replace(owned.owner, has_second_factor=True))
            assert enrolled.permissions(policy) == with_factor, policy

    async def test_refused_alike(self, owner: Owner) -> None:
        """Wrong, unknown, revoked, expired, of a disabled owner, and of another installation."""
        new, revoked, other = await owner.create(READ), await owner.create(READ), await owner.create(READ)
        await owner.app.container.revoke_api_key()(id_=revoked.key.id)
        foreign = ApiKeyCodec(SecretKey(b"a secret key of another service, 32"))
        del owner.app.storage.api_keys[other.key.id]
        forged = foreign.issue()
        owner.app.storage.api_keys[forged.id] = replace(new.key, id=forged.id)
        wrong = [revoked.text, other.text, foreign.issue().text, forged.text]
        for text in wrong:
            with pytest.raises(InvalidApiKey):
                await owner.exchange(text)
        await owner.app.disable_user(username="santosh")
        with pytest.raises(InvalidApiKey):
            await owner.exchange(new.text)
        await owner.app.enable_user(username="santosh")
        assert await owner.exchange(new.text)
        owner.app.clock.advance(timedelta(days=90))
        with pytest.raises(InvalidApiKey):
            await owner.exchange(new.text)

    async def test_key_of_a_clock_that_was_set_back(self, owner: Owner) -> None:
        """It may be of a clock that is ahead by the lifetime, and not by more."""
        new = await owner.create(READ)
        owner.app.clock.advance(new.key.created_at - new.key.expires_at)
        with pytest.raises(InvalidApiKey):
            await owner.exchange(new.text)
        owner.app.clock.advance(microseconds=1)
        assert await owner.exchange(new.text)

    async def test_wrong_checksum_costs_no_statement(self, owner: Owner) -> None:
        text = (await owner.create(READ)).text
        before = owner.stored.finds
        for length in range(len(text)):
            with pytest.raises(InvalidApiKey):
                await owner.exchange(text[:length])
        assert owner.stored.finds == before


class TestWrongKeys:
    async def test_network_is_limited_and_valid_keys_are_not(self) -> None:
        """A program with an old key does not lock out the others behind the same address."""
        owner = await an_owner(RateLimitedApplication())
        known, late = await owner.create(READ), await owner.create(READ)
        await owner.exchange(known.text)
        before = owner.stored.finds
        wrong = owner.app.container.api_key_codec().issue().text
        for _ in range(10):
            with pytest.raises(InvalidApiKey):
                await owner.exchange(wrong)
        for text in (wrong, late.text):
            with pytest.raises(TooManyRequests) as limited:
                await owner.exchange(text)
            assert 1 <= limited.value.retry_after <= 6
        assert owner.stored.finds == before + 10
        assert await owner.exchange(known.text)
        assert await owner.exchange(late.text, address="198.51.100.7")
        owner.app.clock.advance(timedelta(seconds=6))
        with pytest.raises(InvalidApiKey):
            await owner.exchange(wrong)

    async def test_revoked_key_is_no_longer_known(self) -> None:
        owner = await an_owner(RateLimitedApplication())
        new = await owner.create(READ)
        await owner.exchange(new.text)
        await owner.app.container.revoke_api_key()(id_=new.key.id)
        for _ in range(10):
            with pytest.raises(InvalidApiKey):
                await owner.exchange(new.text)
        with pytest.raises(TooManyRequests):
            await owner.exchange(new.text)


class TestPrincipalOfAKey:
    async def test_permissions_are_those_of_now(self, owner: Owner) -> None:
        new = await owner.create(READ, OWN)
        token = await owner.exchange(new.text)
        principal = await owner.principal(token)
        assert (principal.kind, set(principal.permissions)) == (PrincipalKind.API_KEY, {READ, OWN})
        assert (principal.user_id, principal.key_id, principal.session) == (
            owner.caller.user.id,
            new.key.id,
            None,
        )
        await owner.app.revoke_role(username="santosh", role="admin")
        with pytest.raises(NotPermitted):
            (await owner.principal(token)).require(OWN)

    async def test_narrow_token_stays_narrow(self, owner: Owner) -> None:
        new = await owner.create(READ, OWN)
        token = await owner.exchange(new.text, scopes=[READ])
        assert (await owner.principal(token)).permissions == {READ}

    async def test_opens_nothing_that_needs_a_session(self, owner: Owner) -> None:
        token = await owner.exchange((await owner.create(READ)).text)
        with pytest.raises(InvalidAccessToken):
            await owner.app.authenticate(access_token=token)

    async def test_ends_with_the_key_and_the_owner(self, owner: Owner) -> None:
        """R28: disabled accounts and ended sessions work on, in one of several stores.

        CVE-2025-53942 (authentik); CWE-613.
        """
        new, other = await owner.create(READ), await owner.create(READ)
        token, other_token = await owner.exchange(new.text), await owner.exchange(other.text)
        await owner.app.container.revoke_api_key()(id_=new.key.id)
        with pytest.raises(InvalidAccessToken):
            await owner.principal(token)
        assert await owner.principal(other_token)
        await owner.app.disable_user(username="santosh")
        with pytest.raises(InvalidAccessToken):
            await owner.principal(other_token)


class TestRevokeApiKey:
    async def test_revocation_is_published(self, owner: Owner) -> None:
        new = await owner.create(READ)
        session_id = owner.caller.session.id
        revoke = owner.app.container.revoke_api_key()
        await revoke(id_=new.key.id, user_id=owner.caller.user.id, session_id=session_id)
        revocation = Revocation(owner.app.clock.now(), RevocationKind.SESSION, f"key:{new.key.id}")
        assert revocation in owner.app.storage.revocations
        assert happened(owner.app, EventType.API_KEY_REVOKED) == [
            Event(
                type=EventType.API_KEY_REVOKED,
                occurred_at=owner.app.clock.now(),
                user_id=owner.caller.user.id,
                session_id=session_id,
                detail=new.key.id,
            )
        ]
        assert await owner.app.container.list_api_keys()(user_id=owner.caller.user.id) == ()

    async def test_disabled_owner_is_published(self, owner: Owner) -> None:
        """Services verify tokens of keys by themselves; such a token belongs to no session that ends."""
        await owner.app.disable_user(username="santosh")
        revocation = Revocation.of_user(owner.caller.user.id, at=owner.app.clock.now())
        assert revocation in owner.app.storage.revocations

    async def test_key_of_another_account(self, owner: Owner) -> None:
        new = await owner.create(READ)
        await owner.app.a_user("other")
        tokens = await owner.app.log_in(username="other", password="sntsh", client=A_DEVICE)
        assert tokens
        revoke = owner.app.container.revoke_api_key()
        other = next(each for each in owner.app.storage.users if each != owner.caller.user.id)
        for id_, user_id in ((new.key.id, other), ("0" * 16, None), ("../" * 5, None), ("", None)):
            with pytest.raises(ApiKeyNotFound):
                await revoke(id_=id_, user_id=user_id)
        assert await owner.exchange(new.text)


class TestListApiKeys:
    async def test_those_of_the_account_the_newest_first(self, owner: Owner) -> None:
        of_user = owner.app.container.list_api_keys()
        first = await owner.create(READ)
        owner.app.clock.advance(timedelta(seconds=1))
        second = await owner.create(READ)
        assert await of_user(user_id=owner.caller.user.id) == (second.key, first.key)
        await owner.app.a_user("other")
        other = await owner.app.find_user(username="other")
        assert await of_user(user_id=other.id) == ()


class TestLastUses:
    async def test_use_waits_while_the_database_is_away(
        self, owner: Owner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A later use of the key is the one that is stored then."""
        first, second = await owner.create(READ), await owner.create(READ)
        store = owner.app.container.last_uses().store

        async def away(uses: Mapping[ApiKeyId, datetime]) -> None:
            await owner.exchange(second.text)  # a use while the call is under way
            raise StorageUnavailable

        await owner.exchange(first.text)
        await owner.exchange(second.text)
        owner.app.clock.advance(timedelta(seconds=1))
        with monkeypatch.context() as patched:
            patched.setattr(owner.stored, "mark_used", away)
            with pytest.raises(StorageUnavailable):
                await store()
        assert await store() == 2
        used = [owner.app.storage.api_keys[each.key.id].last_used_at for each in (first, second)]
        now = owner.app.clock.now()
        assert used == [now - timedelta(seconds=1), now]
        assert await store() == 0

    async def test_stored_outside_of_the_exchange(self, owner: Owner) -> None:
        new, store = await owner.create(READ), owner.app.container.last_uses().store
        await owner.exchange(new.text)
        key = owner.app.storage.api_keys[new.key.id]
        assert key.last_used_at is None
        assert await store() == 1
        first = owner.app.clock.now()
        assert owner.app.storage.api_keys[new.key.id].last_used_at == first
        owner.app.clock.advance(USE_INTERVAL - timedelta(microseconds=1))
        await owner.exchange(new.text)
        assert await store() == 0
        owner.app.clock.advance(timedelta(microseconds=1))
        await owner.exchange(new.text)
        assert await store() == 1
        assert owner.app.storage.api_keys[new.key.id].last_used_at == first + USE_INTERVAL

    async def test_at_most_a_hundred_thousand_wait(self, owner: Owner) -> None:
        uses, key, now = (
            owner.app.container.last_uses(),
            (await owner.create(READ)).key,
            owner.app.clock.now(),
        )
        for number in range(MAX_WAITING + 1):
            object.__setattr__(key, "id", number)  # a copy of a key takes twenty times as long
            uses.add(key, now=now)
        assert await uses.store() == MAX_WAITING


class TestPurgeApiKeys:
    async def test_thirty_days_after_the_end(self, owner: Owner) -> None:
        expired, revoked = await owner.create(READ, days=1), await owner.create(READ)
        kept = await owner.create(READ, days=2)
        owner.app.clock.advance(timedelta(days=1))
        await owner.app.container.revoke_api_key()(id_=revoked.key.id)
        purge = owner.app.container.purges()["api_keys"]
        owner.app.clock.advance(API_KEY_RETENTION)
        assert await purge() == 0
        owner.app.clock.advance(timedelta(minutes=1))
        assert await purge() == 2
        assert set(owner.app.storage.api_keys) == {kept.key.id}
        assert expired
