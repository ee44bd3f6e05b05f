"""Deletion of expired rows in small batches."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from fastauth.domain.rate_limits.counter import COUNTER_RETENTION

RETENTION = COUNTER_RETENTION
"""How long an ended session is kept, so that it can be investigated."""

BATCH_SIZE = 500
"""Rows that one statement deletes: few enough not to delay requests."""

MAX_BATCHES = 200
"""Batches of one round. The next round starts a minute later and continues."""

PURGE_INTERVAL = timedelta(seconds=45)
"""How often one of all processes purges: less than the shortest time between two rounds of a process."""


async def in_batches(purge_batch: Callable[[], Awaitable[int]]) -> int:
    """Call `purge_batch` until a batch is not full; return how many rows it deleted in all."""
    total = 0
    for _ in range(MAX_BATCHES):
        deleted = await purge_batch()
        total += deleted
        if deleted < BATCH_SIZE:
            break
    return total
