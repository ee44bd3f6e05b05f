"""Helpers of tests with passkeys: an account, its authenticator, and ceremonies through the use cases."""

from tests.application import Application
from tests.harness.authenticator import Authenticator
from tests.session_helpers import caller_of

from fastauth.application.passkeys.add_passkey import AddedPasskey
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.session import AuthenticatedUser


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
