"""Counters of attempts, and the keys under which they are stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NewType

from fastauth.domain.secret_key import SecretKey, SecretKeys

CounterKey = NewType("CounterKey", bytes)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""`Counter.resets_at` of a new counter."""

LOCKED_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
"""`Counter.resets_at` of a counter that allows no further attempt until it is reset."""

COUNTER_RETENTION = timedelta(days=1)
"""How long a counter is kept after its `resets_at`. A locked counter is kept for good."""


@dataclass(frozen=True, slots=True)
class Counter:
    """The state stored under one key."""

    count: int = 0
    """Attempts that were not refunded."""
    resets_at: datetime = EPOCH
    """For a `RateLimit`: when all attempts are available again. For a `Backoff`: when the delay ends."""

    def or_new_if_expired(self, now: datetime) -> "Counter":
        """Return this counter, or a new one once the retention is over."""
        is_kept = now < self.resets_at + COUNTER_RETENTION or self.resets_at == LOCKED_FOREVER
        return self if is_kept else Counter()


class CounterKeys:
    """Compute keys of counters. A key reveals neither the name nor the address that it was made from."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def __call__(self, kind: str, *parts: str) -> CounterKey:
        """Return the key under which a counter of `kind` for `parts` is stored from now on."""
        return self.candidates(kind, *parts)[0]

    def candidates(self, kind: str, *parts: str) -> tuple[CounterKey, ...]:
        """Return the key under each secret key, the newest first."""
        data = "\n".join((kind, *parts)).encode()
        return tuple(CounterKey(mac[:16]) for mac in self._keys.macs("tally keys", data))
