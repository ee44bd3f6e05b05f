"""Purge revocations that no token is concerned by."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, purge_when_due
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.revocations.revocation import MARGIN
from fastauth.domain.sessions.access_token import MAX_ACCESS_TOKEN_LIFETIME

RETENTION = MAX_ACCESS_TOKEN_LIFETIME + 2 * MARGIN
"""Longer than any access token that a revocation concerns, whatever its lifetime is set to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeRevocations:
    """Delete revocations that are older than `RETENTION`, in small batches."""

    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were deleted: 0 if another process purges.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        return await purge_when_due(
            "revocations",
            lambda: self.expired_rows.purge_revocations(before=now - RETENTION, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
