"""Give the caller a password."""

from dataclasses import dataclass

from fastauth.application.passwords.new_password import check_new_password
from fastauth.application.rate_limits.mail_limiter import MailLimiter
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.errors import PasswordExists
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher, PasswordRepository
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPassword:
    """Store the first password of an account that has none. No session ends, since nothing was replaced."""

    passwords: PasswordRepository
    hasher: PasswordHasher
    password_policy: PasswordPolicy
    limiter: MailLimiter
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, new_password: str) -> None:
        """Store the password.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            InvalidInput: The password is not allowed.
            PasswordExists: The account has a password, perhaps since a moment ago.
            TooManyRequests: The account has changed its credentials too often.
            Unavailable: Try again later.
        """
        user = caller.user
        caller.check_recent_authentication(self.clock.now())
        new = check_new_password(self.password_policy, new_password, of=user)
        self.hasher.check_capacity()
        stored = await self.passwords.get(user.id)
        if stored.is_usable:
            raise PasswordExists
        await self.limiter.check_factor_change(user.id)
        new_hash, now = await self.hasher.hash(new), self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            if not await transaction.passwords.compare_and_set(user.id, expected=stored, new=new_hash):
                raise PasswordExists
            await transaction.events.record(
                Event.in_session(EventType.PASSWORD_ADDED, caller.session, at=now)
            )
            await transaction.commit()
