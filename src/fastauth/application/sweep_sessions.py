"""Remove what is over."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.ports import Clock, SessionSweeper

KEPT = timedelta(days=1)
"""For so long a session that is over stays, for whoever wants to see why."""

BATCH = 500
"""Rows that one statement removes: few enough that nobody waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSessions:
    """Remove sessions that have been over for a day, in small batches. Nothing depends on it."""

    sweeper: SessionSweeper
    clock: Clock

    async def __call__(self) -> int:
        """Return how many sessions were removed.

        Raises:
            StorageUnavailable: Try again later.
        """
        removed = 0
        while swept := await self.sweeper.sweep(over_since=self.clock.now() - KEPT, at_most=BATCH):
            removed += swept
        return removed
