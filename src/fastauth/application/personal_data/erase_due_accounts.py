"""Erase the accounts whose time has come."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.application.personal_data.erase_account import EraseAccount
from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.ports import ErasureRepository

AT_ONCE = 100
"""Accounts that one round erases at most. The next round follows within two minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseDueAccounts:
    """Erase accounts that have closed long enough ago, and purge old erasures."""

    erasures: ErasureRepository
    erase_account: EraseAccount
    retention: timedelta
    """How long erasures are listed: as long as the audit trail has events."""
    clock: Clock

    async def __call__(self) -> int:
        """Return how many accounts were erased. Several processes may do this at once.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        due = await self.erasures.due(now=now, limit=AT_ONCE)
        erased = [user_id for user_id in due if await self.erase_account(user_id)]
        await self.erasures.purge(before=now - self.retention, now=now)
        return len(erased)
