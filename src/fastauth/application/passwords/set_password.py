"""Set a user's password."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassword:
    """Give an account a password without knowing its old one, and end every session.

    Whoever gets to know it may be on a new device: strangers' guesses are forgotten.
    """

    find_user: FindUser
    hasher: PasswordHasher
    password_policy: PasswordPolicy
    unit_of_work: UnitOfWork
    rate_limiter: RateLimiter
    clock: Clock

    async def __call__(self, *, username: str, password: str) -> User:
        """Replace the password, whichever it is by then. An account that is disabled stays so.

        Raises:
            UserNotFound: Nobody goes by this name.
            InvalidInput: The password breaks a rule.
            Unavailable: The password may or may not have been replaced.
        """
        user = await self.find_user(username=username)
        user_attributes = (user.username.display, user.fullname.text)
        new_hash = await self.hasher.hash(
            self.password_policy.check(password, user_attributes=user_attributes)
        )
        while not await self._replace(user, new_hash):
            # Somebody logged in meanwhile, and their hash was renewed.
            user = await self.find_user(username=username)
        await self.rate_limiter.reset(user.username)
        return user

    async def _replace(self, user: User, new: PasswordHash) -> int:
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            replaced = await transaction.users.compare_and_set_password(
                user.id, expected=user.password_hash, new=new
            )
            if replaced:
                await transaction.sessions.revoke_all(user.id, now=now)
                await transaction.events.record(
                    Event(type=EventType.PASSWORD_CHANGED, occurred_at=now, user_id=user.id)
                )
                await transaction.commit()
        return replaced
