"""Who calls: the principal of an access token, and which permissions count."""

from dataclasses import replace

import pytest
from tests.application import Application
from tests.session_helpers import caller_of

from fastauth.domain.accounts.user import UserId
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.sessions.access_token import ApiKeyClaims, TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy

OWN, OTHER = "fastauth:users.read", "orders:read"


class TestPrincipal:
    def test_require(self) -> None:
        """A permission counts, or needs a second factor first, or is missing."""
        principal = Principal(
            kind=PrincipalKind.USER,
            user_id=UserId(1),
            permissions=frozenset({OTHER}),
            withheld=frozenset({OWN}),
        )
        principal.require(OTHER)
        with pytest.raises(StepUpRequired) as step_up:
            principal.require(OWN)
        assert step_up.value.levels == ("aal2", "phr")
        with pytest.raises(NotPermitted) as missing:
            principal.require("fastauth:roles.write")
        assert missing.value.permission == "fastauth:roles.write"


class TestAuthenticatePrincipal:
    async def test_permissions_are_those_of_now(self, app: Application, tokens: TokenPair) -> None:
        """They are not those of the token, which was issued before the role was granted."""
        authenticate = app.container.authenticate_principal()
        before = await authenticate(access_token=tokens.access.text)
        assert (before.kind, before.permissions, before.withheld) == (
            PrincipalKind.USER,
            frozenset(),
            frozenset(),
        )
        await app.grant_role(username="santosh", role="auditor")
        principal = await authenticate(access_token=tokens.access.text)
        assert OWN in principal.permissions
        caller = await caller_of(app, tokens)
        assert (principal.session, principal.user_id) == (caller, caller.user.id)
        assert (principal.client_id, principal.key_id) == (None, None)
        await app.revoke_role(username="santosh", role="auditor")
        with pytest.raises(NotPermitted):
            (await authenticate(access_token=tokens.access.text)).require(OWN)

    async def test_rejects_what_no_session_has(self, app: Application, tokens: TokenPair) -> None:
        with pytest.raises(InvalidAccessToken):
            await app.container.authenticate_principal()(access_token="anything")
        await app.disable_user(username="santosh")
        with pytest.raises(InvalidAccessToken):
            await app.container.authenticate_principal()(access_token=tokens.access.text)


class TestSecondFactor:
    """Permissions of the service itself do not count for a session that lacks a factor of its account."""

    @pytest.mark.parametrize("policy", SecondFactorPolicy)
    async def test_policy_applies(self, policy: SecondFactorPolicy) -> None:
        app = Application(second_factor=policy)
        await app.a_user()
        await app.grant_role(username="santosh", role="auditor")
        caller = await caller_of(app, await app.a_log_in())
        principal = await app.container.load_principal()(caller=caller)
        if policy is SecondFactorPolicy.OPTIONAL:
            assert OWN in principal.permissions
            return
        with pytest.raises(StepUpRequired):
            principal.require(OWN)

    async def test_session_of_an_account_with_a_factor_must_have_used_it(self) -> None:
        app = Application()
        await app.a_user()
        await app.grant_role(username="santosh", role="auditor")
        caller = await caller_of(app, await app.a_log_in())
        load = app.container.load_principal()
        with_factor = replace(caller, user=replace(caller.user, has_second_factor=True))
        with pytest.raises(StepUpRequired):
            (await load(caller=with_factor)).require(OWN)
        session = replace(caller.session, methods=("pwd", "otp", "mfa"))
        (await load(caller=replace(with_factor, session=session))).require(OWN)


class TestPrincipalOfKey:
    async def test_of_a_key_that_is_gone_is_refused(self, app: Application) -> None:
        claims = ApiKeyClaims(user_id=UserId(1), key_id="gone")
        token = await app.container.access_tokens().issue(claims)
        with pytest.raises(InvalidAccessToken):
            await app.container.authenticate_principal()(access_token=token.text)
