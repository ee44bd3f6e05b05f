"""Remove what is over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION

RETENTION = COUNTER_RETENTION
"""For so long a session that is over stays, for whoever wants to see why."""

BATCH_SIZE = 500
"""Rows that one statement removes: few enough that nobody waits for it."""

MAX_BATCHES = 200
"""Batches of one round: the next round is a minute later, and goes on."""

PURGE_INTERVAL = timedelta(seconds=45)
"""So often one of all processes sweeps: less than the shortest time between two rounds of one of them."""


async def in_batches(remove_some: Callable[[], Awaitable[int]]) -> int:
    """Remove until a batch is not full; return how many rows that were."""
    removed = 0
    for _ in range(MAX_BATCHES):
        swept = await remove_some()
        removed += swept
        if swept < BATCH_SIZE:
            break
    return removed


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeSessions:
    """Remove sessions that have been over for a day, in small batches.

    Nothing depends on it: whatever is over counts no more, whether or not it is still there.
    """

    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were removed: none, where another process does it.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        if not await self.expired_rows.claim("sessions", now=now, every=PURGE_INTERVAL):
            return 0
        return await in_batches(
            lambda: self.expired_rows.purge_sessions(before=now - RETENTION, limit=BATCH_SIZE)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeCounters:
    """Remove tallies that are forgotten, in small batches, apart from all else that is swept."""

    expired_rows: ExpiredRows
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were removed: none, where another process does it.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        if not await self.expired_rows.claim("tallies", now=now, every=PURGE_INTERVAL):
            return 0
        return await in_batches(
            lambda: self.expired_rows.purge_counters(before=now - RETENTION, limit=BATCH_SIZE)
        )
