"""Remove events that are old."""

from dataclasses import dataclass

from fastauth.application.sweep import BATCH
from fastauth.domain.audit import Retention
from fastauth.domain.ports import Clock, Sweeper


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepEvents:
    """Remove events, and before them the addresses in them, once they are old enough."""

    sweeper: Sweeper
    kept: Retention
    clock: Clock

    async def __call__(self) -> int:
        """Return how many events and addresses were removed.

        Raises:
            StorageUnavailable: Try again later.
        """
        removed = 0
        while swept := await self.sweeper.sweep_events(self.kept, now=self.clock.now(), at_most=BATCH):
            removed += swept
        return removed
