"""Unlock a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockUser:
    """Allow log-ins from unknown devices again, after too many failed attempts."""

    find_user: FindUser
    rate_limiter: RateLimiter
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Reset the attempts of unknown devices.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: Try again later.
        """
        user = await self.find_user(username=username)
        async with self.unit_of_work.begin() as transaction:
            await self.rate_limiter.reset(user.username, counters=transaction.counters)
            await transaction.events.record(
                Event(type=EventType.USER_UNLOCKED, occurred_at=self.clock.now(), user_id=user.id)
            )
            await transaction.commit()
        return user
