"""How the rules for one attempt are combined, and how attempts are refunded.

These functions are the specification. A repository may compute the same in its database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from fastauth.domain.rate_limits.counter import Counter, CounterKey
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.limits import Backoff, RateLimit


class Scope(Enum):
    """What follows if a rule does not allow an attempt."""

    NETWORK = auto()
    """`TooManyRequests` is raised, and nothing is counted."""
    SLOT = auto()
    """Another attempt is being verified: the caller waits, and nothing is counted."""
    ACCOUNT = auto()
    """The attempt cannot succeed, and counts for its network only."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One attempt, counted under one key by one rule."""

    key: CounterKey
    rule: RateLimit | Backoff
    scope: Scope
    older_keys: tuple[CounterKey, ...] = ()
    """Where the counter may still be stored after a change of the secret key."""


class Decision(Enum):
    """The outcome of counting an attempt."""

    ALLOWED = auto()
    """The attempt may succeed."""
    LIMITED = auto()
    """The attempt fails, whatever its password is."""
    BUSY = auto()
    """Another attempt is being verified: try again shortly."""


@dataclass(frozen=True, slots=True)
class HitResult:
    """The decision on an attempt."""

    decision: Decision
    is_locked: bool
    """Whether one of the rules allows no further attempt until it is reset."""


def counted(hits: Sequence[Hit], found: Sequence[Counter], room: Sequence[bool], now: datetime) -> HitResult:
    """Return the decision, from the counters `found` and whether each has `room` for the attempt.

    Raises:
        TooManyRequests: The network has reached its limit.
    """
    closed = any(hit.rule.is_locked(counter) for hit, counter in zip(hits, found, strict=True))
    return HitResult(_decision(hits, found, room, now), closed)


def _decision(hits: Sequence[Hit], found: Sequence[Counter], room: Sequence[bool], now: datetime) -> Decision:
    full = [(hit, counter) for hit, counter, has_room in zip(hits, found, room, strict=True) if not has_room]
    waits = [_wait(hit.rule, counter, now) for hit, counter in full if hit.scope is Scope.NETWORK]
    if waits:
        raise TooManyRequests(after=max(waits))
    parts = {hit.scope for hit, _ in full}
    if Scope.SLOT in parts:
        return Decision.BUSY
    return Decision.LIMITED if parts else Decision.ALLOWED


def count(
    hits: Sequence[Hit], found: Sequence[Counter], now: datetime
) -> tuple[HitResult, tuple[Counter, ...]]:
    """Return the decision on an attempt, and the counters after it.

    Raises:
        TooManyRequests: The network has reached its limit.
    """
    updated = [hit.rule.hit(counter, now) for hit, counter in zip(hits, found, strict=True)]
    outcome = counted(hits, found, [after is not None for after in updated], now)
    taken = {
        Decision.ALLOWED: set(Scope),
        Decision.LIMITED: {Scope.NETWORK},
        Decision.BUSY: set[Scope](),
    }[outcome.decision]
    return outcome, tuple(
        after if after and hit.scope in taken else before
        for hit, before, after in zip(hits, found, updated, strict=True)
    )


def _wait(rule: RateLimit | Backoff, counter: Counter, now: datetime) -> timedelta:
    return rule.retry_after(counter, now) if isinstance(rule, RateLimit) else counter.resets_at - now


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


def refund(
    refunds: Sequence[Refund], found: Mapping[CounterKey, Counter], now: datetime
) -> dict[CounterKey, Counter]:
    """Return the counters after all `refunds`, each computed from what was `found`."""
    return {each.key: _refunded(each, found, now) for each in refunds}


def keys_of(refunds: Sequence[Refund]) -> tuple[CounterKey, ...]:
    """Return the keys of the counters that `refunds` change; every `counted_under` is among them."""
    return tuple(each.key for each in refunds)


def _refunded(one: Refund, found: Mapping[CounterKey, Counter], now: datetime) -> Counter:
    counter = found[one.key]
    match one:
        case Decrement():
            if isinstance(one.rule, RateLimit):
                return one.rule.refund(counter, now)
            attempts = found[one.counted_under].count if one.counted_under else 1
            return one.rule.refund(counter, now, attempts=attempts)
        case ResetAfterSuccess():
            return one.rule.reset_after_success(counter, now)
        case Reset():
            return Counter() if one.if_resets_at in (None, counter.resets_at) else counter
        case ResetIfLocked():
            return Counter() if one.rule.is_locked(counter) else counter
