"""What the policy of second factors leaves out of access tokens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.application import Application
from tests.fakes import FakeAccessTokens, FakeClock
from tests.session_helpers import refresh

from fastauth.application.sessions.limited_access_tokens import LimitedAccessTokens
from fastauth.domain.accounts.user import UserId
from fastauth.domain.roles.role import Grants
from fastauth.domain.sessions.access_token import AccessClaims
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import SessionId

OWN, OTHER = "fastauth:users.read", "orders:read"
GRANTS = Grants(("admin", "clerk"), (OWN, OTHER))
ONE, TWO = ("pwd",), ("pwd", "otp", "mfa")
CLAIMS = AccessClaims(
    user_id=UserId(1),
    session_id=SessionId("s"),
    authenticated_at=datetime(2026, 11, 22, tzinfo=UTC),
    grants=GRANTS,
)


class TestSecondFactorPolicy:
    @pytest.mark.parametrize(
        ("policy", "by_one_factor"),
        [
            (SecondFactorPolicy.OPTIONAL, GRANTS),
            (SecondFactorPolicy.ROLES, Grants(("admin", "clerk"), (OTHER,))),
            (SecondFactorPolicy.REQUIRED, Grants()),
        ],
    )
    def test_limits_sessions_of_one_factor_only(
        self, policy: SecondFactorPolicy, by_one_factor: Grants
    ) -> None:
        assert policy.limit(replace(CLAIMS, amr=ONE)).grants == by_one_factor
        assert policy.limit(replace(CLAIMS, amr=TWO)).grants == GRANTS

    def test_requires_a_factor_of_holders_of_own_permissions_or_of_all(self) -> None:
        for grants, by_roles in ((GRANTS, True), (Grants(("clerk",), (OTHER,)), False), (Grants(), False)):
            required = [policy for policy in SecondFactorPolicy if policy.requires(grants)]
            expected = [SecondFactorPolicy.ROLES] if by_roles else []
            assert required == [*expected, SecondFactorPolicy.REQUIRED], grants


class TestAccessTokens:
    async def test_time_of_issue_is_that_of_the_use_case(self) -> None:
        """Otherwise a token could seem to be issued after the revocation that its use case overtook."""
        clock = FakeClock()
        limited = LimitedAccessTokens(inner=FakeAccessTokens(clock), policy=SecondFactorPolicy.REQUIRED)
        earlier = clock.now() - timedelta(minutes=1)
        for given, issued_at in ((earlier, earlier), (None, clock.now())):
            access = await limited.issue(replace(CLAIMS, amr=ONE), issued_at=given)
            assert await limited.verify(access.text) == replace(CLAIMS, amr=ONE, grants=Grants())
            assert (await limited.inspect(access.text)).issued_at == issued_at

    @pytest.mark.parametrize("policy", SecondFactorPolicy)
    async def test_of_every_use_case_are_limited(self, policy: SecondFactorPolicy) -> None:
        """A log-in, a refresh and a step-up by password."""
        app = Application(second_factor=policy)
        await app.a_user()
        await app.grant_role(username="santosh", role="auditor")
        tokens = await app.a_log_in()
        renewed = await refresh(app, tokens)
        caller = await app.authenticate(access_token=renewed.access.text)
        stepped_up = await app.step_up(caller=caller, password="sntsh", address="192.0.2.1")
        has_own = policy is SecondFactorPolicy.OPTIONAL
        for text in (tokens.access.text, renewed.access.text, stepped_up.text):
            grants = (await app.container.access_tokens().verify(text)).grants
            assert (OWN in grants.permissions) == has_own, policy
            assert (grants.roles == ("auditor",)) == (policy is not SecondFactorPolicy.REQUIRED), policy
