"""Give numbers to events that are committed."""

from dataclasses import dataclass

from fastauth.domain.event_feed.ports import EventNumbering

BATCH_SIZE = 500
"""Events of one transaction: few enough not to delay requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEvents:
    """Number all events that wait, in small batches. Every process may call it at any time."""

    numbering: EventNumbering

    async def __call__(self) -> int:
        """Return how many events got a number: 0 if none waited, or another process numbers them.

        Raises:
            StorageUnavailable: Try again later.
        """
        total = 0
        while numbered := await self.numbering.number(limit=BATCH_SIZE):
            total += numbered
            if numbered < BATCH_SIZE:
                break
        return total
