"""Authenticate again in a session."""

from dataclasses import dataclass

from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.errors import InvalidCredentials, WrongPassword
from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository
from fastauth.domain.sessions.access_token import AccessClaims, AccessToken
from fastauth.domain.sessions.assurance import PASSWORD_ONLY
from fastauth.domain.sessions.ports import AccessTokens, SessionRepository
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
    sessions: SessionRepository
    access_tokens: AccessTokens
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, password: str, address: str) -> AccessToken:
        """Return a new access token, with the time of this authentication.

        Raises:
            WrongPassword: The password is wrong, was changed concurrently, or the session has made too
                many attempts.
            TooManyRequests: The network of `address` has reached its limit too.
            Unavailable: Try again later.
        """
        self.hasher.check_capacity()
        permit = await self.rate_limiter.check_password_change(caller, address=address)
        attempt, is_possible = Password.for_verification(password)
        stored = await self.passwords.get(caller.user.id)
        known = stored if permit.allowed and is_possible else None
        async with self.rate_limiter.refund_on_failure(permit):
            try:
                await self.hasher.verify_and_update(attempt, known)
            except InvalidCredentials:
                raise WrongPassword from None
            await self.access_tokens.check_key()
            now = self.clock.now()
            grants = await self.sessions.step_up(
                caller.session.id, methods=PASSWORD_ONLY, proof=PasswordProof(stored), now=now
            )
            if grants is None:
                raise WrongPassword
        await self.rate_limiter.refund(permit)
        claims = AccessClaims(
            user_id=caller.user.id,
            session_id=caller.session.id,
            authenticated_at=now,
            amr=PASSWORD_ONLY,
            grants=grants,
        )
        return await self.access_tokens.issue(claims, issued_at=now)
