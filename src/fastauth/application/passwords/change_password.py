"""Change the password of the caller."""

from dataclasses import dataclass

from fastauth.application.passwords.new_password import check_new_password
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.errors import InvalidCredentials, NoPassword, WrongPassword
from fastauth.domain.passwords.password import Password
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """Replace the caller's password, and end all sessions but the current one."""

    rate_limiter: RateLimiter
    passwords: PasswordRepository
    hasher: PasswordHasher
    password_policy: PasswordPolicy
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(
        self, *, caller: AuthenticatedUser, current_password: str, new_password: str, address: str
    ) -> None:
        """Replace the password.

        Raises:
            InvalidInput: The new password is not allowed.
            WrongPassword: `current_password` is wrong, or was changed concurrently, or the session
                has made too many attempts.
            NoPassword: The account has none.
            TooManyRequests: The network of `address` has reached its limit too.
            Unavailable: Try again later.
        """
        user = caller.user
        new = check_new_password(self.password_policy, new_password, of=user)
        self.hasher.check_capacity()
        stored = await self.passwords.get(user.id)
        if not stored.is_usable:
            raise NoPassword
        permit = await self.rate_limiter.check_password_change(caller, address=address)
        attempt, is_possible = Password.for_verification(current_password)
        known = stored if permit.allowed and is_possible else None
        async with self.rate_limiter.refund_on_failure(permit):
            try:
                await self.hasher.verify_and_update(attempt, known)
            except InvalidCredentials:
                raise WrongPassword from None
            new_hash, now = await self.hasher.hash(new), self.clock.now()
            async with self.unit_of_work.begin() as transaction:
                if not await transaction.passwords.compare_and_set(user.id, expected=stored, new=new_hash):
                    raise WrongPassword
                await transaction.sessions.revoke_all(user.id, except_=caller.session.id, now=now)
                await transaction.events.record(
                    Event.in_session(EventType.PASSWORD_CHANGED, caller.session, at=now)
                )
                await transaction.commit()
        await self.rate_limiter.refund(permit)
