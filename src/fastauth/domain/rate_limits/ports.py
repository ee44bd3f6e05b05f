"""The port to stored counters."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.rate_limits.hit import Hit, HitResult
from fastauth.domain.rate_limits.refund import Refund


class CounterRepository(Protocol):
    """Counters of attempts, shared by all processes."""

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> HitResult:
        """Count an attempt as the function `counting.count` does, and return its result.

        The counters are read and written atomically. One that is not stored, or whose retention is
        over, is a new one. A counter stored under one of a hit's `older_keys` is first moved to its
        current key, unless one is stored there already.

        Raises:
            TooManyRequests: The network has reached its limit; nothing was counted.
            StorageUnavailable: The attempt may or may not have been counted.
        """

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        """Change counters as the function `counting.refund` does. No counter is added.

        Raises:
            StorageUnavailable: The refund may or may not have been stored.
        """
