"""A rate limit whose state is one column of the row that it protects: of a session or of an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class BurstLimit:
    """Allow `burst` actions at once, then one per `interval` (GCRA, the generic cell rate algorithm).

    The stored state is GCRA's theoretical arrival time. Each action moves it one interval on, from
    its value or from now, whichever is later.
    """

    burst: int
    interval: timedelta

    def max_arrival_time(self, now: datetime) -> datetime:
        """Return the latest arrival time at which one more action is allowed now."""
        return now + self.interval * (self.burst - 1)

    def reset_threshold(self, now: datetime) -> datetime:
        """Return the arrival time beyond which a stored one is ignored: the clock was wrong."""
        return now + self.interval * self.burst * 2

    def next_arrival_time(self, arrival_time: datetime | None, now: datetime) -> datetime | None:
        """Return the arrival time after one more action; ``None`` if the action is not allowed yet."""
        if arrival_time is None or arrival_time > self.reset_threshold(now):
            arrival_time = now
        start = max(now, arrival_time)
        return None if start > self.max_arrival_time(now) else start + self.interval

    def retry_after(self, arrival_time: datetime | None, now: datetime) -> timedelta:
        """Return the time until the next action is allowed."""
        return max(timedelta(0), (arrival_time or now) - self.max_arrival_time(now))


REFRESHES = BurstLimit(burst=30, interval=timedelta(seconds=10))
"""Per session. An access token is valid for at least a minute, so no client needs this many."""

RENAMES = BurstLimit(burst=10, interval=timedelta(minutes=6))
"""Per account: ten an hour."""
