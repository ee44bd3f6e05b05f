"""Purge expired one-time tokens."""

from dataclasses import dataclass

from fastauth.application.operations.purge_batches import BATCH_SIZE, RETENTION, purge_when_due
from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeOneTimeTokens:
    """Delete one-time tokens, idempotency keys and invitations that expired a day ago, in small batches.

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
        return await purge_when_due(
            "one_time_tokens",
            lambda: self.expired_rows.purge_one_time_tokens(before=now - RETENTION, limit=BATCH_SIZE),
            expired_rows=self.expired_rows,
            now=now,
        )
