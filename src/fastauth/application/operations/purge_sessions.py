"""Purge ended sessions."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, RETENTION, purge_when_due
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeSessions:
    """Delete sessions that ended a day ago, in small batches.

    Correctness does not depend on it: an ended session is ignored while it is still stored.
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
            "sessions",
            lambda: self.expired_rows.purge_sessions(before=now - RETENTION, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
