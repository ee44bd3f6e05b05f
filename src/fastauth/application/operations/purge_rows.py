"""Purge expired rows in small batches."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired, Purge

BATCH_SIZE = 500
"""Rows that one statement deletes: few enough not to delay requests."""

MAX_BATCHES = 200
"""Batches of one kind of rows in one round. The next round starts a minute later and continues."""

PURGE_INTERVAL = timedelta(seconds=45)
"""How often one of all processes purges: less than the shortest time between two rounds of a process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeRows:
    """Delete the expired rows of one purge.

    Correctness does not depend on it: an expired row is ignored while it is still stored.
    """

    purge: Purge
    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were deleted.

        0 if another process has begun this purge less than `PURGE_INTERVAL` ago.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        if not await self.expired_rows.claim(self.purge.task, now=now, every=PURGE_INTERVAL):
            return 0
        return sum([await self._delete(rows, now - kept) for rows, kept in self.purge.kept.items()])

    async def _delete(self, rows: Expired, before: datetime) -> int:
        total = 0
        for _ in range(MAX_BATCHES):
            deleted = await self.expired_rows.purge(rows, before=before, limit=BATCH_SIZE)
            total += deleted
            if deleted < BATCH_SIZE:
                break
        return total
