"""Set a user's password."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassword:
    """Set the password of an account without the old one, and end all sessions.

    The attempts of unknown devices are reset, since the owner may log in on one.
    """

    find_user: FindUser
    hasher: PasswordHasher
    password_policy: PasswordPolicy
    unit_of_work: UnitOfWork
    rate_limiter: RateLimiter
    clock: Clock

    async def __call__(self, *, username: str, password: str) -> User:
        """Replace the password. A disabled account stays disabled.

        Raises:
            UserNotFound: No account has this username.
            InvalidInput: The password is not allowed.
            Unavailable: The password may or may not have been replaced.
        """
        user = await self.find_user(username=username)
        attributes = (user.username.display, user.fullname.text)
        new = self.password_policy.check(password, user_attributes=attributes)
        new_hash, now = await self.hasher.hash(new), self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.passwords.set(user.id, new_hash)
            await transaction.sessions.revoke_all(user.id, now=now)
            changed = Event(type=EventType.PASSWORD_CHANGED, occurred_at=now, user_id=user.id)
            await transaction.events.record(changed)
            await transaction.commit()
        await self.rate_limiter.reset(user.username)
        return user
