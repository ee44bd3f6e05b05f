"""Measure what waits in the outbox."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.outbox.message import Backlog
from fastauth.domain.outbox.ports import OutboxQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureBacklog:
    """Count the entries that wait, and find out how long the oldest has been due."""

    queue: OutboxQueue
    clock: Clock

    async def __call__(self) -> Backlog:
        """Return the backlog.

        Raises:
            StorageUnavailable: Try again later.
        """
        return await self.queue.backlog(now=self.clock.now())
