"""Helpers of tests of log-ins with a second factor."""

from dataclasses import dataclass

from tests.application import A_DEVICE, Application
from tests.session_helpers import caller_of

from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.sessions.login_result import LoginResult, SecondFactorChallenge
from fastauth.domain.accounts.user import UserId
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.totp import TOTP_PURPOSE, Step, step_of
from fastauth.domain.second_factors.totp_secret import TotpSecret
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.entrypoints.container import Container


@dataclass(frozen=True)
class Enrolled:
    """An application, and the TOTP factor of its first user."""

    app: Application
    secret: TotpSecret
    recovery_codes: tuple[str, ...]
    user_id: UserId

    def code(self, steps: int = 0) -> str:
        """Return the current code, or that of so many steps later."""
        return code_of(self.app, self.secret, steps=steps)

    def wrong_code(self) -> str:
        """Return a code that is none of those around now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in map("{:06}".format, range(10)) if code not in near)

    async def challenge(self, password: str = "sntsh") -> SecondFactorChallenge:
        """Log in as far as a password goes."""
        result = await self.app.log_in(username="santosh", password=password, client=A_DEVICE)
        assert isinstance(result, SecondFactorChallenge)
        return result

    async def answer(
        self,
        challenge: SecondFactorChallenge,
        code: str,
        method: SecondFactorMethod = SecondFactorMethod.TOTP,
    ) -> LoginResult:
        """Answer a challenge."""
        answer = FactorAnswer(method=method, code=code, challenge=challenge.token)
        return await self.app.complete_log_in(answer=answer, client=A_DEVICE)

    async def log_in(self) -> LoginResult:
        """Log in by password and the current code."""
        return await self.answer(await self.challenge(), self.code())


async def enrol(container: Container, user_id: UserId) -> tuple[TotpSecret, tuple[str, ...]]:
    """Give a user a TOTP factor and recovery codes. Its last step was long ago."""
    factors, now = container.second_factors(), container.clock().now()
    secret = TotpSecret.new()
    sealed = container.secret_box().seal(secret.text, purpose=TOTP_PURPOSE)
    codes = container.recovery_code_codec().issue()
    assert await factors.enrol(user_id, sealed=sealed, now=now)
    assert await factors.confirm(user_id, sealed=sealed, step=Step(0), now=now)
    await factors.require(user_id, now=now)
    await factors.replace_recovery_codes(user_id, [code.digest for code in codes], now=now)
    return secret, tuple(code.text for code in codes)


async def enrolled(app: Application) -> Enrolled:
    """Give the first user a TOTP factor and recovery codes."""
    user_id = UserId(1)
    return Enrolled(app, *await enrol(app.container, user_id), user_id)


def code_of(app: Application, secret: TotpSecret, *, steps: int = 0) -> str:
    """Return the current code of a secret, or that of so many steps later."""
    return app.container.totp_codes().code_at(secret, Step(step_of(app.clock.now()) + steps))


async def enrol_in(app: Application, tokens: TokenPair) -> tuple[str, ...] | None:
    """Confirm a TOTP factor of a session's user, as the user does; return the recovery codes."""
    new = await app.container.enrol_totp()(caller=await caller_of(app, tokens))
    code = code_of(app, new.secret)
    return await app.container.confirm_totp()(caller=await caller_of(app, tokens), code=code)
