"""Purge replaced addresses."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, purge_when_due
from fastauth.domain.clock import Clock
from fastauth.domain.email_addresses.record import UNDO_PERIOD
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeAddresses:
    """Delete addresses that were replaced longer than `UNDO_PERIOD` ago, in small batches.

    By then they cannot be put back, and get no notices.
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
            "email_addresses",
            lambda: self.expired_rows.purge_addresses(before=now - UNDO_PERIOD, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
