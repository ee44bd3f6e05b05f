"""How the rules for one attempt work together: what is counted, and what is given back.

These functions are the specification. A repository may have its database compute the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from fastauth.domain.rate_limits.counter import Counter, CounterKey
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.limits import Backoff, RateLimit


class Scope(Enum):
    """What it means that a rule has no room for an attempt."""

    NETWORK = auto()
    """The client is told so, and nothing is counted."""
    SLOT = auto()
    """Another attempt is being looked at: wait, and nothing is counted."""
    ACCOUNT = auto()
    """The attempt counts against the network alone, and cannot succeed."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One attempt, counted under one key by one rule."""

    key: CounterKey
    rule: RateLimit | Backoff
    scope: Scope
    older_keys: tuple[CounterKey, ...] = ()
    """Where the counter may still be stored after a change of the secret key."""


class Decision(Enum):
    """What becomes of an attempt."""

    ALLOWED = auto()
    """Its password may be looked at."""
    LIMITED = auto()
    """Its password is wrong, whatever it is."""
    BUSY = auto()
    """Another one is being looked at: try again in a moment."""


@dataclass(frozen=True, slots=True)
class HitResult:
    """What became of an attempt."""

    decision: Decision
    is_locked: bool
    """Whether a rule that it concerns has no room for any attempt, ever."""


def counted(hits: Sequence[Hit], found: Sequence[Counter], room: Sequence[bool], now: datetime) -> HitResult:
    """Return what becomes of an attempt, from the counters `found` and whether each has `room` for it.

    Raises:
        TooManyRequests: Its network has sent too many.
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
    """Return what becomes of an attempt, and the counters after it.

    Raises:
        TooManyRequests: Its network has sent too many.
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
    """Give back one attempt, or as many as are counted under another key."""

    key: CounterKey
    rule: RateLimit | Backoff
    counted_under: CounterKey | None = None


@dataclass(frozen=True, slots=True)
class ResetAfterSuccess:
    """Give back an attempt that was right, and begin the row anew."""

    key: CounterKey
    rule: RateLimit


@dataclass(frozen=True, slots=True)
class Reset:
    """Forget all attempts; with a time, only if the counter is as an attempt left it that was over then."""

    key: CounterKey
    if_resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResetIfLocked:
    """Forget all attempts if there may be no more."""

    key: CounterKey
    rule: Backoff


Refund = Decrement | ResetAfterSuccess | Reset | ResetIfLocked


def refund(
    refunds: Sequence[Refund], found: Mapping[CounterKey, Counter], now: datetime
) -> dict[CounterKey, Counter]:
    """Return the counters after all `refunds`, each computed from what was `found`."""
    return {each.key: _refunded(each, found, now) for each in refunds}


def keys_of(refunds: Sequence[Refund]) -> tuple[CounterKey, ...]:
    """Return the keys of the counters that `refunds` change. What one is counted under is among them."""
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
