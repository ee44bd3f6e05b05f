"""Deletion of expired rows in small batches."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION

RETENTION = COUNTER_RETENTION
"""How long an ended session is kept, so that it can be investigated."""

BATCH_SIZE = 500
"""Rows that one statement deletes: few enough not to delay requests."""

MAX_BATCHES = 200
"""Batches of one round. The next round starts a minute later and continues."""

PURGE_INTERVAL = timedelta(seconds=45)
"""How often one of all processes purges: less than the shortest time between two rounds of a process."""


async def purge_when_due(
    task: str, purge_batch: Callable[[], Awaitable[int]], *, expired_rows: ExpiredRows, now: datetime
) -> int:
    """Call `purge_batch` until a batch is not full; return how many rows it deleted in all.

    0 if another process has begun the task less than `PURGE_INTERVAL` ago.
    """
    if not await expired_rows.claim(task, now=now, every=PURGE_INTERVAL):
        return 0
    total = 0
    for _ in range(MAX_BATCHES):
        deleted = await purge_batch()
        total += deleted
        if deleted < BATCH_SIZE:
            break
    return total
