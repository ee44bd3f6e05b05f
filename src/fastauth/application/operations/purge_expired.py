"""Remove what is over."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.rate_limits.counter import REMEMBERED

KEPT = REMEMBERED
"""For so long a session that is over stays, for whoever wants to see why."""

BATCH = 500
"""Rows that one statement removes: few enough that nobody waits for it."""

MOST_BATCHES = 200
"""Batches of one round: the next round is a minute later, and goes on."""

EVERY = timedelta(seconds=45)
"""So often one of all processes sweeps: less than the shortest time between two rounds of one of them."""


async def in_batches(remove_some: Callable[[], Awaitable[int]]) -> int:
    """Remove until a batch is not full; return how many rows that were."""
    removed = 0
    for _ in range(MOST_BATCHES):
        swept = await remove_some()
        removed += swept
        if swept < BATCH:
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
        if not await self.expired_rows.begin("sessions", now=now, every=EVERY):
            return 0
        return await in_batches(
            lambda: self.expired_rows.purge_sessions(over_since=now - KEPT, at_most=BATCH)
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
        if not await self.expired_rows.begin("tallies", now=now, every=EVERY):
            return 0
        return await in_batches(
            lambda: self.expired_rows.purge_counters(over_since=now - KEPT, at_most=BATCH)
        )
