"""Unlock the account of another user."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockUserByAdmin:
    """Allow log-ins from unknown devices again, after too many failed attempts."""

    delegation: Delegation
    rate_limiter: RateLimiter

    async def __call__(self, *, acting: Principal, user_id: UserId) -> User:
        """Reset the attempts of unknown devices.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            UserNotFound: No account has this id.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            StorageUnavailable: Try again later.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            user = await act.target(user_id)
            await self.rate_limiter.reset(user.username, counters=act.transaction.counters)
            await act.record(EventType.USER_UNLOCKED, user_id)
            await act.transaction.commit()
        return user
