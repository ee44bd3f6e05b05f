"""Purge closed entries of the outbox."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.application.operations.purge_batches import BATCH_SIZE, purge_when_due
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows

RETENTION = timedelta(days=7)
"""How long a closed entry is kept for operators, without its content. An entry that nobody delivers, because
no process has a handler for its kind, is kept as long after it was due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeOutbox:
    """Delete entries that were closed a week ago, or have been due for a week, in small batches."""

    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were deleted: 0 if another process purges.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        return await purge_when_due(
            "outbox",
            lambda: self.expired_rows.purge_outbox(before=now - RETENTION, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
