"""Purge API keys that have ended."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, purge_when_due
from fastauth.domain.api_keys.api_key import KEPT
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeApiKeys:
    """Delete keys that expired or were revoked longer than `KEPT` ago, in small batches."""

    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were deleted: 0 if another process purges.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        return await purge_when_due(
            "api_keys",
            lambda: self.expired_rows.purge_api_keys(before=now - KEPT, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
