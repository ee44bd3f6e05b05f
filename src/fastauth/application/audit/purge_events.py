"""Remove events that are old."""

from dataclasses import dataclass

from fastauth.application.operations.purge_expired import BATCH_SIZE, PURGE_INTERVAL, in_batches
from fastauth.domain.audit.trail import Retention
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeEvents:
    """Remove events, and before them the addresses in them, once they are old enough."""

    expired_rows: ExpiredRows
    retention: Retention
    clock: Clock

    async def __call__(self) -> int:
        """Return how many events and addresses were removed: none, where another process does it.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        if not await self.expired_rows.claim("events", now=now, every=PURGE_INTERVAL):
            return 0
        return await in_batches(
            lambda: self.expired_rows.purge_events(self.retention, now=now, limit=BATCH_SIZE)
        )
