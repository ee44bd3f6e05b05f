"""Authenticate again in a session, by a second factor."""

from dataclasses import dataclass

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.application.second_factors.verifier import FactorAnswer
from fastauth.application.second_factors.verify_factor import VerifyFactor
from fastauth.application.sessions.session_step_up import SessionStepUp
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.second_factors.errors import InvalidSecondFactor
from fastauth.domain.second_factors.ports import SecondFactorRepository
from fastauth.domain.sessions.access_token import AccessToken
from fastauth.domain.sessions.assurance import PHISHING_RESISTANT, acr_of, after_step_up
from fastauth.domain.sessions.proof import PasskeyProof, TwoFactorProof
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUpWithFactor:
    """Verify a second factor of the caller, so that the session may do what needs a recent authentication.

    The password of the log-in stays one of the factors of the session. The attempts of a session are limited
    together with those at its password, and those of all sessions in a row: a stolen session cannot lock the
    factor for a log-in.
    """

    rate_limiter: RateLimiter
    passwords: PasswordRepository
    verify_factor: VerifyFactor
    factors: SecondFactorRepository
    session_step_up: SessionStepUp
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, answer: FactorAnswer, address: str) -> AccessToken:
        """Return a new access token, with the time and the level of this authentication.

        Raises:
            InvalidSecondFactor: The answer is not valid, the session was not begun by a password and the
                answer is not a passkey that verified its user, or the session has made too many attempts.
            InvalidAccessToken: The session has ended meanwhile.
            TooManyRequests: The network of `address` has reached its limit too.
            Unavailable: Try again later.
        """
        session = caller.session
        permit = await self.rate_limiter.check_password_change(caller, address=address)
        async with self.rate_limiter.refund_on_failure(permit), self.session_step_up.refusing_ended(caller):
            if not permit.allowed:
                raise InvalidSecondFactor
            now = self.clock.now()
            factor = await self.verify_factor(caller.user.id, answer, session_id=session.id, now=now)
            methods = after_step_up(session.methods, factor.methods)
            is_unused = factor.step is None or await self.factors.accept(caller.user.id, factor.step)
            if methods is None or not is_unused:
                raise InvalidSecondFactor
            suffices = acr_of(factor.methods) == PHISHING_RESISTANT
            proof = PasskeyProof() if suffices else TwoFactorProof(await self.passwords.get(caller.user.id))
            token = await self.session_step_up(
                caller, methods=methods, proof=proof, store=factor.store, now=now
            )
            if token is None:
                raise InvalidSecondFactor
        await self.rate_limiter.refund(permit)
        return token
