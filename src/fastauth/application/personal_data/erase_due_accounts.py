"""Erase the accounts whose time has come."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.accounts.user import UserId
from fastauth.domain.clock import Clock
from fastauth.domain.errors import Unavailable
from fastauth.domain.personal_data.ports import ErasureRepository

AT_ONCE = 100
"""Accounts that one round erases at most. The next round follows within two minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseDueAccounts:
    """Erase accounts that have closed long enough ago, and purge old erasures."""

    erasures: ErasureRepository
    erase_account: Callable[[UserId], Awaitable[bool]]
    retention: timedelta
    """How long erasures are listed: as long as the audit trail has events."""
    clock: Clock

    async def __call__(self) -> int:
        """Return how many accounts were erased. Several processes may do this at once.

        Raises:
            StorageUnavailable: Try again later.
            Exception: The first failure of an account, such as a foreign key of another application. The
                others are erased.
        """
        now = self.clock.now()
        due = await self.erasures.due(now=now, limit=AT_ONCE)
        erased, failures = 0, []
        for user_id in due:
            try:
                erased += await self.erase_account(user_id)
            except Unavailable:
                raise
            except Exception as failure:  # noqa: BLE001  one account must not keep the others
                failures.append(failure)
        await self.erasures.purge(before=now - self.retention, now=now)
        if failures:
            raise failures[0]
        return erased
