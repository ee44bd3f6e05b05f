"""A limit on the attempts within a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.rate_limits.counter import EPOCH, LOCKED_FOREVER, Counter

CLOCK_SKEW = timedelta(seconds=30)
"""How much the clocks of two processes may differ; also covers the wait for the verification slot."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit: `attempts` in any `window`, refilled evenly (GCRA, the generic cell rate algorithm)."""

    attempts: int
    window: timedelta
    max_consecutive: int | None = None
    """Consecutive attempts over any time. The last one locks the counter for good."""
    retention: timedelta = timedelta(0)
    """How long the count of consecutive attempts is kept after the limit has refilled."""

    @property
    def emission_interval(self) -> timedelta:
        """Return the time in which one attempt is refilled, rounded down so that all fit in the window."""
        return self.window // self.attempts

    def hit(self, counter: Counter, now: datetime) -> Counter | None:
        """Return the counter after one more attempt; ``None`` if the attempt is not allowed."""
        arrival_time = self._arrival_time(counter, now) + self.emission_interval
        if self.is_locked(counter) or arrival_time > now + self.window:
            return None
        attempts = counter.count + 1
        return Counter(
            attempts, LOCKED_FOREVER if attempts == self.max_consecutive else arrival_time + self.retention
        )

    def retry_after(self, counter: Counter, now: datetime) -> timedelta:
        """Return the time until the next attempt is allowed, if `hit` returned ``None``."""
        return self._arrival_time(counter, now) + self.emission_interval - self.window - now

    def refund(self, counter: Counter, now: datetime) -> Counter:
        """Return the counter without one of its attempts."""
        if counter.resets_at == LOCKED_FOREVER:
            return Counter(counter.count - 1, now + self.retention)
        attempts = max(0, counter.count - 1)
        retention = timedelta(0) if attempts else self._retention(counter)
        return Counter(attempts, max(EPOCH, counter.resets_at - retention - self.emission_interval))

    def reset_after_success(self, counter: Counter, now: datetime) -> Counter:
        """Return the counter after a successful attempt: refunded, and no consecutive attempts."""
        if counter.resets_at == LOCKED_FOREVER:
            return Counter(0, now)
        return Counter(0, max(EPOCH, counter.resets_at - self._retention(counter) - self.emission_interval))

    def is_locked(self, counter: Counter) -> bool:
        """Return whether no further attempt is allowed until a reset."""
        return counter.resets_at == LOCKED_FOREVER or (
            self.max_consecutive is not None and counter.count >= self.max_consecutive
        )

    def _retention(self, counter: Counter) -> timedelta:
        return self.retention if counter.count else timedelta(0)

    def _arrival_time(self, counter: Counter, now: datetime) -> datetime:
        """Return GCRA's theoretical arrival time: when all attempts are available again.

        A value beyond one window and `CLOCK_SKEW` comes from a clock that was set back, and is ignored.
        """
        if counter.resets_at == LOCKED_FOREVER:
            return LOCKED_FOREVER
        arrival_time = counter.resets_at - self._retention(counter)
        return max(now, arrival_time) if arrival_time <= now + self.window + CLOCK_SKEW else now
