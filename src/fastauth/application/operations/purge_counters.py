"""Purge expired counters."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, RETENTION, purge_when_due
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeCounters:
    """Delete counters of rate limits that reset a day ago, in small batches.

    It runs apart from the purge of sessions, so that a slow one does not delay the other.
    """

    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were deleted: 0 if another process purges.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        return await purge_when_due(
            "tallies",
            lambda: self.expired_rows.purge_counters(before=now - RETENTION, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
