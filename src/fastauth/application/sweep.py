"""Remove what is over."""

from dataclasses import dataclass

from fastauth.domain.ports import Clock, Sweeper
from fastauth.domain.throttling import REMEMBERED

KEPT = REMEMBERED
"""For so long a session that is over stays, for whoever wants to see why."""

BATCH = 500
"""Rows that one statement removes: few enough that nobody waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Remove sessions and tallies that have been over for a day, in small batches.

    Nothing depends on it: whatever is over counts no more, whether or not it is still there.
    """

    sweeper: Sweeper
    clock: Clock

    async def __call__(self) -> int:
        """Return how many rows were removed.

        Raises:
            StorageUnavailable: Try again later.
        """
        removed = 0
        while swept := await self.sweeper.sweep(over_since=self.clock.now() - KEPT, at_most=BATCH):
            removed += swept
        return removed
