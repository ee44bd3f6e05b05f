"""Counters of attempts, and the keys under which they are stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import digest as hmac
from typing import NewType

from fastauth.domain.secret_key import SecretKey

CounterKey = NewType("CounterKey", bytes)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


LOCKED_FOREVER = datetime(9999, 1, 1, tzinfo=UTC)


COUNTER_RETENTION = timedelta(days=1)
"""A tally is forgotten so long after its `resets_at`; what is closed (`LOCKED_FOREVER`) stays closed."""


@dataclass(frozen=True, slots=True)
class Counter:
    """The stored count of attempts under one key."""

    count: int = 0
    """Those that were not given back."""
    resets_at: datetime = EPOCH
    """Of a budget, when it is full again; of strangers, when the next one may try."""

    def or_new_if_expired(self, now: datetime) -> "Counter":
        """Return the tally, or a new one where this is over."""
        return (
            self
            if now < self.resets_at + COUNTER_RETENTION or self.resets_at == LOCKED_FOREVER
            else Counter()
        )


class CounterKeys:
    """Names tallies. Neither a name nor an address can be read out of a key."""

    def __init__(self, secret: SecretKey) -> None:
        self._secret = secret.derive("tally keys")

    def __call__(self, kind: str, *parts: str) -> CounterKey:
        """Return the key of the tally of this kind for these parts."""
        return CounterKey(hmac(self._secret, "\n".join((kind, *parts)).encode(), sha256)[:16])
