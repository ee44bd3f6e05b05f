"""Computes the decision on an attempt from all its rules, and counters after an attempt or a refund.

These functions are the specification. A repository may compute the same in its database.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import Counter, CounterKey
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.rate_limits.hit import Decision, Hit, HitResult, Scope
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement, Refund, Reset, ResetAfterSuccess, ResetIfLocked


def counted(hits: Sequence[Hit], found: Sequence[Counter], room: Sequence[bool], now: datetime) -> HitResult:
    """Return the decision, from the counters `found` and whether each has `room` for the attempt.

    Raises:
        TooManyRequests: The network has reached its limit.
    """
    return _result(list(zip(hits, found, room, strict=True)), now)


def _result(rows: Sequence[tuple[Hit, Counter, bool]], now: datetime) -> HitResult:
    closed = any(hit.rule.is_locked(counter) for hit, counter, _ in rows)
    return HitResult(_decision(rows, now), closed)


def _decision(rows: Sequence[tuple[Hit, Counter, bool]], now: datetime) -> Decision:
    full = [(hit, counter) for hit, counter, has_room in rows if not has_room]
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
    tried = [(hit, before, hit.rule.hit(before, now)) for hit, before in zip(hits, found, strict=True)]
    outcome = _result([(hit, before, after is not None) for hit, before, after in tried], now)
    taken = {
        Decision.ALLOWED: set(Scope),
        Decision.LIMITED: {Scope.NETWORK},
        Decision.BUSY: set[Scope](),
    }[outcome.decision]
    return outcome, tuple(after if after and hit.scope in taken else before for hit, before, after in tried)


def _wait(rule: RateLimit | Backoff, counter: Counter, now: datetime) -> timedelta:
    return rule.retry_after(counter, now) if isinstance(rule, RateLimit) else counter.resets_at - now


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
