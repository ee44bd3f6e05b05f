"""Helpers of tests of second factors."""

from tests.application import Application
from tests.session_helpers import caller_of

from fastauth.adapters.pyotp import PyotpCodes
from fastauth.application.second_factors.enrol_totp import NewTotp
from fastauth.domain.second_factors.totp import Step, step_of
from fastauth.domain.second_factors.totp_secret import TotpSecret
from fastauth.domain.sessions.access_token import TokenPair


def code_of(app: Application, secret: TotpSecret, *, steps: int = 0) -> str:
    """Return the current code of a secret, or that of so many steps later."""
    return PyotpCodes().code_at(secret, Step(step_of(app.clock.now()) + steps))


async def enrolled(app: Application, tokens: TokenPair) -> tuple[NewTotp, tuple[str, ...] | None]:
    """Put a TOTP factor of the session's user in force; return it and the recovery codes."""
    new = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
    codes = await app.container.confirm_totp()(
        caller=await caller_of(app, tokens), code=code_of(app, new.secret)
    )
    return new, codes
