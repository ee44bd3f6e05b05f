"""Measure how far the numbers are behind."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.event_feed.ports import EventNumbering


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFeedLag:
    """Find out how long the oldest event without a number has waited for it."""

    numbering: EventNumbering
    clock: Clock

    async def __call__(self) -> timedelta:
        """Return the time; zero if no event waits.

        Raises:
            StorageUnavailable: Try again later.
        """
        oldest = await self.numbering.oldest_unnumbered()
        return max(self.clock.now() - oldest, timedelta()) if oldest else timedelta()
