"""The delay that grows with each consecutive failed attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.rate_limits.counter import LOCKED_FOREVER, Counter
from fastauth.domain.rate_limits.rate_limit import CLOCK_SKEW

MAX_DOUBLINGS = 32
"""Bounds the power of two. Every delay reaches its maximum with fewer doublings."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff between attempts, up to a maximum number of attempts."""

    initial_delay: timedelta
    max_delay: timedelta
    max_attempts: int

    def hit(self, counter: Counter, now: datetime) -> Counter | None:
        """Return the counter after one more attempt; ``None`` while the delay runs, or once it is locked."""
        if self.is_locked(counter) or now < counter.resets_at <= now + self.max_delay + CLOCK_SKEW:
            return None
        attempts = counter.count + 1
        if attempts == self.max_attempts:
            return Counter(attempts, LOCKED_FOREVER)
        doublings = min(counter.count, MAX_DOUBLINGS)
        return Counter(attempts, now + min(self.initial_delay * 2**doublings, self.max_delay))

    def refund(self, counter: Counter, now: datetime, *, attempts: int = 1) -> Counter:
        """Return the counter without `attempts` of its attempts.

        The delay ends now: the refunded attempt was allowed, so no delay was running.
        """
        left = counter.count - attempts
        return Counter(left, min(counter.resets_at, now)) if left > 0 else Counter()

    def is_locked(self, counter: Counter) -> bool:
        """Return whether no further attempt is allowed until a reset."""
        return counter.resets_at == LOCKED_FOREVER or counter.count >= self.max_attempts
