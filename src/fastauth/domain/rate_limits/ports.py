"""The port to stored counters."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.rate_limits.counting import Hit, HitResult, Refund


class CounterRepository(Protocol):
    """How often somebody has tried something, shared by all processes."""

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> HitResult:
        """Count an attempt as the function `counting.count` does, and return the result.

        Nobody changes any of the tallies in between. Those that are not there, or no longer
        remembered, are new ones.

        Raises:
            TooManyRequests: The network of the attempt has sent too many; nothing was counted.
        """

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        """Change tallies as the function `counting.refund` does; those that are not stored stay so."""
