"""Helpers of tests with passkeys: an account, its authenticator, and ceremonies through the use cases."""

from dataclasses import dataclass
from typing import Any

from tests.application import A_DEVICE, Application
from tests.harness.authenticator import Authenticator
from tests.session_helpers import caller_of

from fastauth.application.passkeys.add_passkey import AddedPasskey
from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.sessions.login_result import LoginResult, SecondFactorChallenge
from fastauth.domain.passkeys.passkey import Passkey
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.sessions.access_token import AccessToken, TokenPair
from fastauth.domain.sessions.session import AuthenticatedUser, ClientInfo, SessionId


async def a_caller(app: Application, tokens: TokenPair | None = None) -> AuthenticatedUser:
    """Return the caller of a session; without `tokens`, that of a new account that has just logged in."""
    if tokens is None:
        await app.a_user()
        tokens = await app.a_log_in()
    return await caller_of(app, tokens)


async def a_passkey(
    app: Application,
    caller: AuthenticatedUser,
    authenticator: Authenticator,
    *,
    id_: bytes | None = None,
) -> AddedPasskey:
    """Add a passkey of this authenticator."""
    begun = await app.container.begin_passkey()(caller=caller)
    credential = authenticator.create(begun.options, id_=id_)
    return await app.container.add_passkey()(caller=caller, token=begun.token, credential=credential)


@dataclass
class PasskeyOwner:
    """An account with a password and a passkey, and its authenticator."""

    app: Application
    authenticator: Authenticator
    passkey: Passkey
    session_id: SessionId

    async def caller(self) -> AuthenticatedUser:
        """Return the caller of the session that has added the passkey; its access token may have expired."""
        found = await self.app.container.sessions().find(self.session_id, now=self.app.clock.now())
        assert found
        return found

    @property
    def stored(self) -> Passkey:
        return self.app.storage.passkeys[self.passkey.id]

    async def assertion(self, **conduct: object) -> dict[str, Any]:
        """Return the arguments of a log-in by passkey."""
        begun = await self.app.container.begin_passkey_log_in()()
        return {"token": begun.token, "credential": self.authenticator.get(begun.options, **conduct)}

    async def log_in(self, *, client: ClientInfo = A_DEVICE, **conduct: object) -> LoginResult:
        """Log in by the passkey alone."""
        given = await self.assertion(**conduct)
        return await self.app.container.log_in_with_passkey()(**given, client=client)

    async def challenge(self) -> SecondFactorChallenge:
        """Log in as far as the password goes."""
        result = await self.app.log_in(username="santosh", password="sntsh", client=A_DEVICE)
        assert isinstance(result, SecondFactorChallenge)
        return result

    async def answer(self, token: str, **conduct: object) -> FactorAnswer:
        """Return the answer of the authenticator to the challenge of a log-in."""
        options = await self.app.container.begin_passkey_second_factor()(challenge=token)
        credential = self.authenticator.get(options, **conduct)
        return FactorAnswer(method=SecondFactorMethod.PASSKEY, credential=credential, challenge=token)

    async def second_factor(self, **conduct: object) -> LoginResult:
        """Log in by the password and the passkey."""
        answer = await self.answer((await self.challenge()).token, **conduct)
        return await self.app.complete_log_in(answer=answer, client=A_DEVICE)

    async def step_up(self, caller: AuthenticatedUser, **conduct: object) -> AccessToken:
        """Authenticate again in a session, by the passkey."""
        begun = await self.app.container.begin_passkey_step_up()(caller=caller)
        answer = FactorAnswer(
            method=SecondFactorMethod.PASSKEY,
            credential=self.authenticator.get(begun.options, **conduct),
            challenge=begun.token,
        )
        return await self.app.container.step_up_with_factor()(
            caller=caller, answer=answer, address=A_DEVICE.address
        )


async def a_passkey_owner(
    app: Application, authenticator: Authenticator | None = None, *, username: str = "santosh"
) -> PasskeyOwner:
    """Create an account with the password of the tests, and add a passkey."""
    authenticator = authenticator or Authenticator()
    await app.a_user(username)
    tokens = await app.a_log_in(username)
    caller = await caller_of(app, tokens)
    added = await a_passkey(app, caller, authenticator)
    return PasskeyOwner(app, authenticator, added.passkey, caller.session.id)
