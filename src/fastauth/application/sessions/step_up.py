"""Authenticate again in a session."""

from dataclasses import dataclass

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.application.sessions.session_step_up import SessionStepUp
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.errors import InvalidCredentials, WrongPassword
from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository
from fastauth.domain.sessions.access_token import AccessToken
from fastauth.domain.sessions.assurance import PASSWORD_ONLY, TWO_FACTOR_LEVELS
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.session import AuthenticatedUser


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUp:
    """Verify the password of the caller again, so that the session may do what needs a recent authentication.

    The limits are those of a password change: both look at the same password.
    """

    rate_limiter: RateLimiter
    passwords: PasswordRepository
    hasher: PasswordHasher
    session_step_up: SessionStepUp
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, password: str, address: str) -> AccessToken:
        """Return a new access token, with the time of this authentication.

        Raises:
            StepUpRequired: The account has a second factor, which the caller has to present.
            WrongPassword: The password is wrong, was changed concurrently, or the session has made too
                many attempts.
            InvalidAccessToken: The session has ended meanwhile.
            TooManyRequests: The network of `address` has reached its limit too.
            Unavailable: Try again later.
        """
        if caller.user.has_second_factor:
            raise StepUpRequired(*TWO_FACTOR_LEVELS)
        self.hasher.check_capacity()
        permit = await self.rate_limiter.check_password_change(caller, address=address)
        attempt, is_possible = Password.for_verification(password)
        stored = await self.passwords.get(caller.user.id)
        known = stored if permit.allowed and is_possible else None
        async with self.rate_limiter.refund_on_failure(permit), self.session_step_up.refusing_ended(caller):
            try:
                await self.hasher.verify_and_update(attempt, known)
            except InvalidCredentials:
                raise WrongPassword from None
            token = await self.session_step_up(
                caller, methods=PASSWORD_ONLY, proof=PasswordProof(stored), now=self.clock.now()
            )
            if token is None:
                raise WrongPassword
        await self.rate_limiter.refund(permit)
        return token
