"""Rules that limit attempts to log in, to register and to change a password.

Three rules work together. A *network* may send a number of requests a minute, and is told when it
may go on. An *account* allows unknown devices a few attempts from each network, and attempts at
growing intervals from all networks together (NIST SP 800-63B-4, section 3.2.2). A *known device* or
session, which has authenticated before, has a limit of its own, which other clients cannot exhaust.

An attempt is counted before its password is verified, and refunded if the password was right. So
concurrent attempts are counted like consecutive ones. The module `counting` combines the rules.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.rate_limits.counter import EPOCH, LOCKED_FOREVER, Counter

CLOCK_SKEW = timedelta(seconds=30)
"""How much the clocks of two processes may differ; also covers the wait for the verification slot."""

KNOWN_DEVICE_RETENTION = timedelta(days=366)
"""Longer than the lifetime of any session (at most 365 days) or device token (180 days)."""

VERIFICATION_TIMEOUT = timedelta(seconds=5)
"""How long one attempt may hold the verification slot of an account."""

MAX_DOUBLINGS = 32
"""Bounds the power of two. Every delay reaches its maximum with fewer doublings."""


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
        return arrival_time if now < arrival_time <= now + self.window + CLOCK_SKEW else now


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits. Those of networks are the published defaults of django-allauth."""

    logins_per_network: RateLimit = RateLimit(30, timedelta(minutes=1))
    """All log-ins of one network by unknown devices, and password changes beyond a session's limit."""
    known_device_logins_per_network: RateLimit = RateLimit(300, timedelta(minutes=1))
    """Log-ins of one network by known devices: ten times as many."""
    failures_per_network: RateLimit = RateLimit(10, timedelta(minutes=1))
    """Log-ins of one network that were not refunded."""
    registrations_per_network: RateLimit = RateLimit(20, timedelta(minutes=1))
    """Registrations of one network."""
    attempts_per_account_and_network: RateLimit = RateLimit(5, timedelta(minutes=5))
    """Attempts of one network at one account."""
    unknown_devices: Backoff = Backoff(timedelta(seconds=1), timedelta(minutes=15), max_attempts=100)
    """Attempts of all networks at one account; at most 100 consecutive (NIST SP 800-63B-4, section 3.2.2)."""
    known_devices: RateLimit = RateLimit(
        10, timedelta(minutes=5), max_consecutive=100, retention=KNOWN_DEVICE_RETENTION
    )
    """Attempts of one known device or one session."""
    verification_slot: RateLimit = RateLimit(1, VERIFICATION_TIMEOUT)
    """Attempts of unknown devices at one account are verified one at a time; the next one waits."""
