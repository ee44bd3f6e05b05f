"""How fast somebody who is logged in may go on: a budget that is kept in the row it bounds."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Pace:
    """So many in a row, and then one in each `interval` (the generic cell rate algorithm).

    What is stored is until when the acts so far are paid for. Each act adds one interval to that or
    to now, whichever is later.
    """

    in_a_row: int
    interval: timedelta

    def latest(self, now: datetime) -> datetime:
        """Return until when may be paid for at most for one more act to be allowed now."""
        return now + self.interval * (self.in_a_row - 1)

    def implausible(self, now: datetime) -> datetime:
        """Return from when on an instant was written by a clock that was wrong, and counts as now."""
        return now + self.interval * self.in_a_row * 2

    def paid(self, until: datetime | None, now: datetime) -> datetime | None:
        """Return until when is paid for after one more act; ``None`` if it is too early for it."""
        if until is None or not now < until <= self.implausible(now):
            until = now
        return None if until > self.latest(now) else until + self.interval

    def wait(self, until: datetime | None, now: datetime) -> timedelta:
        """Return how long it is until the next act is allowed."""
        return max(timedelta(0), (until or now) - self.latest(now))


REFRESHES = Pace(in_a_row=30, interval=timedelta(seconds=10))
"""Of one session. An access token lives for at least a minute, so no client needs as many."""

RENAMES = Pace(in_a_row=10, interval=timedelta(minutes=6))
"""Of one account: ten in an hour."""
