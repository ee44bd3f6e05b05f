"""Purge expired one-time tokens."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, PURGE_INTERVAL, RETENTION, in_batches
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeOneTimeTokens:
    """Delete one-time tokens that expired a day ago, in small batches.

    Correctness does not depend on it: an expired token is refused while it is still stored. A consumed token
    is kept until then, too, so that it is known when it is presented again.
    """

    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were deleted: 0 if another process purges.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        if not await self.expired_rows.claim("one_time_tokens", now=now, every=PURGE_INTERVAL):
            return 0
        return await in_batches(
            lambda: self.expired_rows.purge_one_time_tokens(before=now - RETENTION, limit=BATCH_SIZE)
        )
