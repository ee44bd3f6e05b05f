"""Measure how late erasures are."""

from dataclasses import dataclass
from datetime import timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.ports import ErasureRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOverdueErasures:
    """Find out how long the oldest erasure that is due has been due."""

    erasures: ErasureRepository
    clock: Clock

    async def __call__(self) -> timedelta:
        """Return the time; zero if no erasure is due.

        Raises:
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        due = await self.erasures.due(now=now, after=None, limit=1)
        return now - due[0].erase_at if due else timedelta()
