"""Purge old events."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, purge_when_due
from fastauth.domain.audit.trail import Retention
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeEvents:
    """Delete events older than the retention, and addresses in them after a shorter one."""

    expired_rows: ExpiredRows
    retention: Retention
    clock: Clock

    async def __call__(self) -> int:
        """Return how many events and addresses were deleted: 0 if another process purges.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        return await purge_when_due(
            "events",
            lambda: self.expired_rows.purge_events(self.retention, now=now, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
