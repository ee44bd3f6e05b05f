"""How often somebody may guess.

Three rules together. A *network* may send so much in a minute, and is told when it may go on. An
*account* lets unknown devices try a few times from each network, and ever more slowly from all of them
together (NIST SP 800-63B-4, section 3.2.2). And whoever has shown before that the account is theirs,
by a device token or by a session, has a budget of their own, so that no stranger can use it up.

What is counted is counted before the password is looked at, and given back if it was right: many
concurrent attempts are counted like consecutive ones. The module `counting` combines the rules.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.rate_limits.counter import EPOCH, LOCKED_FOREVER, Counter

CLOCK_SKEW = timedelta(seconds=30)
"""How much the clocks of two processes may differ, and how long a request may wait for its turn."""

KNOWN_DEVICE_RETENTION = timedelta(days=366)
"""Longer than any session (365 days at most) or device token (180 days) lives."""

VERIFICATION_TIMEOUT = timedelta(seconds=5)
"""How long a guess may be under way before the next one at that account stops waiting for it."""

MAX_DOUBLINGS = 32
"""Keeps powers of two small; every delay has reached its maximum before."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A rate limit: `attempts` in any `window`, refilled evenly (GCRA, the generic cell rate algorithm)."""

    attempts: int
    window: timedelta
    max_consecutive: int | None = None
    """Attempts in a row, however long they take. The last one closes the budget for ever."""
    retention: timedelta = timedelta(0)
    """How much longer attempts are remembered than the budget takes to refill."""

    @property
    def emission_interval(self) -> timedelta:
        """Return how long the budget takes to refill by one attempt, rounded down: all of them fit."""
        return self.window // self.attempts

    def hit(self, counter: Counter, now: datetime) -> Counter | None:
        """Return the counter after one more attempt; ``None`` if there is no room for it."""
        arrival_time = self._arrival_time(counter, now) + self.emission_interval
        if self.is_locked(counter) or arrival_time > now + self.window:
            return None
        attempts = counter.count + 1
        return Counter(
            attempts, LOCKED_FOREVER if attempts == self.max_consecutive else arrival_time + self.retention
        )

    def retry_after(self, counter: Counter, now: datetime) -> timedelta:
        """Return how long there is no room for one more attempt, if `hit` found none."""
        return self._arrival_time(counter, now) + self.emission_interval - self.window - now

    def refund(self, counter: Counter, now: datetime) -> Counter:
        """Return the counter as if one attempt had not been."""
        if counter.resets_at == LOCKED_FOREVER:
            return Counter(counter.count - 1, now + self.retention)
        attempts = max(0, counter.count - 1)
        retention = timedelta(0) if attempts else self._retention(counter)
        return Counter(attempts, max(EPOCH, counter.resets_at - retention - self.emission_interval))

    def reset_after_success(self, counter: Counter, now: datetime) -> Counter:
        """Return the counter after an attempt that was right: it is given back, and the row begins anew."""
        if counter.resets_at == LOCKED_FOREVER:
            return Counter(0, now)
        return Counter(0, max(EPOCH, counter.resets_at - self._retention(counter) - self.emission_interval))

    def is_locked(self, counter: Counter) -> bool:
        """Return whether there will be no next attempt."""
        return counter.resets_at == LOCKED_FOREVER or (
            self.max_consecutive is not None and counter.count >= self.max_consecutive
        )

    def _retention(self, counter: Counter) -> timedelta:
        return self.retention if counter.count else timedelta(0)

    def _arrival_time(self, counter: Counter, now: datetime) -> datetime:
        """Return when the budget is full again.

        What takes longer than a whole refill was counted by a clock that has been set back since,
        and is ignored; `CLOCK_SKEW` is what clocks of replicas may differ by.
        """
        if counter.resets_at == LOCKED_FOREVER:
            return LOCKED_FOREVER
        arrival_time = counter.resets_at - self._retention(counter)
        return arrival_time if now < arrival_time <= now + self.window + CLOCK_SKEW else now


@dataclass(frozen=True, slots=True)
class Backoff:
    """Attempts ever further apart, and in the end none."""

    initial_delay: timedelta
    max_delay: timedelta
    max_attempts: int

    def hit(self, counter: Counter, now: datetime) -> Counter | None:
        """Return the counter after one more attempt; ``None`` while the delay lasts, or if it is locked."""
        if self.is_locked(counter) or now < counter.resets_at <= now + self.max_delay + CLOCK_SKEW:
            return None
        attempts = counter.count + 1
        if attempts == self.max_attempts:
            return Counter(attempts, LOCKED_FOREVER)
        doublings = min(counter.count, MAX_DOUBLINGS)
        return Counter(attempts, now + min(self.initial_delay * 2**doublings, self.max_delay))

    def refund(self, counter: Counter, now: datetime, *, attempts: int = 1) -> Counter:
        """Return the counter as if so many attempts had not been.

        The latest of them was let through, so there was no delay then, and there is none now.
        """
        left = counter.count - attempts
        return Counter(left, min(counter.resets_at, now)) if left > 0 else Counter()

    def is_locked(self, counter: Counter) -> bool:
        """Return whether there will be no next attempt."""
        return counter.resets_at == LOCKED_FOREVER or counter.count >= self.max_attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers. Those of networks are the defaults that django-allauth publishes."""

    logins_per_network: RateLimit = RateLimit(30, timedelta(minutes=1))
    """Of one network."""
    known_device_logins_per_network: RateLimit = RateLimit(300, timedelta(minutes=1))
    """Of one network, by devices that are known: ten times as many."""
    failures_per_network: RateLimit = RateLimit(10, timedelta(minutes=1))
    """Of one network: log-ins that were not given back."""
    registrations_per_network: RateLimit = RateLimit(20, timedelta(minutes=1))
    """Of one network."""
    attempts_per_account_and_network: RateLimit = RateLimit(5, timedelta(minutes=5))
    """Of one network at one account."""
    unknown_devices: Backoff = Backoff(timedelta(seconds=1), timedelta(minutes=15), max_attempts=100)
    """All together at one account. NIST SP 800-63B-4, section 3.2.2: at most 100 in a row."""
    known_devices: RateLimit = RateLimit(
        10, timedelta(minutes=5), max_consecutive=100, retention=KNOWN_DEVICE_RETENTION
    )
    """Of one device or session that the account knows."""
    verification_slot: RateLimit = RateLimit(1, VERIFICATION_TIMEOUT)
    """Of unknown devices at one account: one password is verified at a time; the next attempt waits."""
