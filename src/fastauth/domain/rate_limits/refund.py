"""How counted attempts can be refunded."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import CounterKey
from fastauth.domain.rate_limits.rate_limit import RateLimit


@dataclass(frozen=True, slots=True)
class Decrement:
    """Refund one attempt, or as many as are counted under another key."""

    key: CounterKey
    rule: RateLimit | Backoff
    counted_under: CounterKey | None = None


@dataclass(frozen=True, slots=True)
class ResetAfterSuccess:
    """Refund a successful attempt, and start counting consecutive attempts from 0."""

    key: CounterKey
    rule: RateLimit


@dataclass(frozen=True, slots=True)
class Reset:
    """Forget all attempts; if `if_resets_at` is given, only if the counter still resets then."""

    key: CounterKey
    if_resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResetIfLocked:
    """Forget all attempts if the counter is locked."""

    key: CounterKey
    rule: Backoff


Refund = Decrement | ResetAfterSuccess | Reset | ResetIfLocked
