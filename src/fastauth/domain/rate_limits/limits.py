"""How often somebody may guess.

Three rules together. A *network* may send so much in a minute, and is told when it may go on. An
*account* lets strangers guess a few times from each network, and ever more slowly from all of them
together (NIST SP 800-63B-4, section 3.2.2). And whoever has shown before that the account is theirs,
by a device token or by a session, has a budget of their own, so that no stranger can use it up.

What is counted is counted before the password is looked at, and given back if it was right: many
guesses at once are as many as one after the other. The module `counting` puts the rules together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.rate_limits.counter import LONG_AGO, NEVER, Counter

CLOCK_SKEW = timedelta(seconds=30)
"""How much the clocks of two processes may differ, and how long a request may wait for its turn."""

KEPT = timedelta(days=366)
"""Longer than any session (365 days at most) or device token (180 days) lives."""

LOOKING = timedelta(seconds=5)
"""How long a guess may be under way before the next one at that account stops waiting for it."""

MOST_DOUBLINGS = 32
"""Keeps powers of two small; every wait has reached its longest before."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit: `attempts` in any `per`, refilled evenly (GCRA, the generic cell rate algorithm)."""

    attempts: int
    per: timedelta
    at_most: int | None = None
    """Attempts in a row, however long they take. The last one closes the budget for ever."""
    kept: timedelta = timedelta(0)
    """How much longer attempts are remembered than the budget takes to refill."""

    @property
    def step(self) -> timedelta:
        """Return how long the budget takes to refill by one attempt, rounded down: all of them fit."""
        return self.per // self.attempts

    def debited(self, tally: Counter, now: datetime) -> Counter | None:
        """Return the tally after one more attempt; ``None`` if there is no room for it."""
        full_at = self._full_at(tally, now) + self.step
        if self.is_used_up(tally) or full_at > now + self.per:
            return None
        attempts = tally.attempts + 1
        return Counter(attempts, NEVER if attempts == self.at_most else full_at + self.kept)

    def wait(self, tally: Counter, now: datetime) -> timedelta:
        """Return how long there is no room for one more attempt, if `debited` found none."""
        return self._full_at(tally, now) + self.step - self.per - now

    def credited(self, tally: Counter, now: datetime) -> Counter:
        """Return the tally as if one attempt had not been."""
        if tally.until == NEVER:
            return Counter(tally.attempts - 1, now + self.kept)
        attempts = max(0, tally.attempts - 1)
        kept = timedelta(0) if attempts else self._kept(tally)
        return Counter(attempts, max(LONG_AGO, tally.until - kept - self.step))

    def forgiven(self, tally: Counter, now: datetime) -> Counter:
        """Return the tally after an attempt that was right: it is given back, and the row begins anew."""
        if tally.until == NEVER:
            return Counter(0, now)
        return Counter(0, max(LONG_AGO, tally.until - self._kept(tally) - self.step))

    def is_used_up(self, tally: Counter) -> bool:
        """Return whether there will be no next attempt."""
        return tally.until == NEVER or (self.at_most is not None and tally.attempts >= self.at_most)

    def _kept(self, tally: Counter) -> timedelta:
        return self.kept if tally.attempts else timedelta(0)

    def _full_at(self, tally: Counter, now: datetime) -> datetime:
        """Return when the budget is full again.

        What takes longer than a whole refill was counted by a clock that has been set back since,
        and is ignored; `CLOCK_SKEW` is what clocks of replicas may differ by.
        """
        if tally.until == NEVER:
            return NEVER
        full_at = tally.until - self._kept(tally)
        return full_at if now < full_at <= now + self.per + CLOCK_SKEW else now


@dataclass(frozen=True, slots=True)
class Backoff:
    """Attempts ever further apart, and in the end none."""

    first: timedelta
    longest: timedelta
    at_most: int

    def debited(self, tally: Counter, now: datetime) -> Counter | None:
        """Return the tally after one more attempt; ``None`` while the wait lasts, or if it is used up."""
        if self.is_used_up(tally) or now < tally.until <= now + self.longest + CLOCK_SKEW:
            return None
        attempts = tally.attempts + 1
        if attempts == self.at_most:
            return Counter(attempts, NEVER)
        doublings = min(tally.attempts, MOST_DOUBLINGS)
        return Counter(attempts, now + min(self.first * 2**doublings, self.longest))

    def credited(self, tally: Counter, now: datetime, *, attempts: int = 1) -> Counter:
        """Return the tally as if so many attempts had not been.

        The latest of them was let through, so nobody had to wait then; nor has anybody now.
        """
        left = tally.attempts - attempts
        return Counter(left, min(tally.until, now)) if left > 0 else Counter()

    def is_used_up(self, tally: Counter) -> bool:
        """Return whether there will be no next attempt."""
        return tally.until == NEVER or tally.attempts >= self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers. Those of networks are the defaults that django-allauth publishes."""

    log_ins: RateLimit = RateLimit(30, timedelta(minutes=1))
    """Of one network."""
    device_log_ins: RateLimit = RateLimit(300, timedelta(minutes=1))
    """Of one network, by devices that are known: ten times as many."""
    failures: RateLimit = RateLimit(10, timedelta(minutes=1))
    """Of one network: log-ins that were not given back."""
    registrations: RateLimit = RateLimit(20, timedelta(minutes=1))
    """Of one network."""
    guesses: RateLimit = RateLimit(5, timedelta(minutes=5))
    """Of one network at one account."""
    strangers: Backoff = Backoff(timedelta(seconds=1), timedelta(minutes=15), at_most=100)
    """All together at one account. NIST SP 800-63B-4, section 3.2.2: at most 100 in a row."""
    owners: RateLimit = RateLimit(10, timedelta(minutes=5), at_most=100, kept=KEPT)
    """Of one device or session that the account knows."""
    looking: RateLimit = RateLimit(1, LOOKING)
    """Of strangers at one account: one guess at a time is looked at, and the next waits for its outcome."""
