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


class Part(Enum):
    """What it means that a rule has no room for an attempt."""

    NETWORK = auto()
    """The client is told so, and nothing is counted."""
    TURN = auto()
    """Another attempt is being looked at: wait, and nothing is counted."""
    ACCOUNT = auto()
    """The attempt counts against the network alone, and cannot succeed."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One attempt, counted under one key by one rule."""

    key: CounterKey
    rule: RateLimit | Backoff
    part: Part


class Verdict(Enum):
    """What becomes of an attempt."""

    COUNTS = auto()
    """Its password may be looked at."""
    USED_UP = auto()
    """Its password is wrong, whatever it is."""
    BUSY = auto()
    """Another one is being looked at: try again in a moment."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What became of an attempt."""

    verdict: Verdict
    is_closed: bool
    """Whether a rule that it concerns has no room for any attempt, ever."""


def counted(hits: Sequence[Hit], found: Sequence[Counter], room: Sequence[bool], now: datetime) -> Counted:
    """Return what becomes of an attempt, from the tallies `found` and whether each has `room` for it.

    Raises:
        TooManyRequests: Its network has sent too many.
    """
    closed = any(hit.rule.is_used_up(tally) for hit, tally in zip(hits, found, strict=True))
    return Counted(_verdict(hits, found, room, now), closed)


def _verdict(hits: Sequence[Hit], found: Sequence[Counter], room: Sequence[bool], now: datetime) -> Verdict:
    full = [(hit, tally) for hit, tally, has_room in zip(hits, found, room, strict=True) if not has_room]
    waits = [_wait(hit.rule, tally, now) for hit, tally in full if hit.part is Part.NETWORK]
    if waits:
        raise TooManyRequests(after=max(waits))
    parts = {hit.part for hit, _ in full}
    if Part.TURN in parts:
        return Verdict.BUSY
    return Verdict.USED_UP if parts else Verdict.COUNTS


def count(
    hits: Sequence[Hit], found: Sequence[Counter], now: datetime
) -> tuple[Counted, tuple[Counter, ...]]:
    """Return what becomes of an attempt, and the tallies after it.

    Raises:
        TooManyRequests: Its network has sent too many.
    """
    debited = [hit.rule.debited(tally, now) for hit, tally in zip(hits, found, strict=True)]
    outcome = counted(hits, found, [after is not None for after in debited], now)
    taken = {
        Verdict.COUNTS: set(Part),
        Verdict.USED_UP: {Part.NETWORK},
        Verdict.BUSY: set[Part](),
    }[outcome.verdict]
    return outcome, tuple(
        after if after and hit.part in taken else before
        for hit, before, after in zip(hits, found, debited, strict=True)
    )


def _wait(rule: RateLimit | Backoff, tally: Counter, now: datetime) -> timedelta:
    return rule.wait(tally, now) if isinstance(rule, RateLimit) else tally.until - now


@dataclass(frozen=True, slots=True)
class Credit:
    """Give back one attempt, or as many as are counted under another key."""

    key: CounterKey
    rule: RateLimit | Backoff
    counted_under: CounterKey | None = None


@dataclass(frozen=True, slots=True)
class Forgive:
    """Give back an attempt that was right, and begin the row anew."""

    key: CounterKey
    rule: RateLimit


@dataclass(frozen=True, slots=True)
class Reset:
    """Forget all attempts; with a time, only if the tally is as an attempt left it that was over then."""

    key: CounterKey
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """Forget all attempts if there may be no more."""

    key: CounterKey
    rule: Backoff


Refund = Credit | Forgive | Reset | Reopen


def refund(
    refunds: Sequence[Refund], found: Mapping[CounterKey, Counter], now: datetime
) -> dict[CounterKey, Counter]:
    """Return the tallies after all `refunds`, each computed from what was `found`."""
    return {each.key: _refunded(each, found, now) for each in refunds}


def keys_of(refunds: Sequence[Refund]) -> tuple[CounterKey, ...]:
    """Return the keys of the tallies that `refunds` change. What one is counted under is among them."""
    return tuple(each.key for each in refunds)


def _refunded(one: Refund, found: Mapping[CounterKey, Counter], now: datetime) -> Counter:
    tally = found[one.key]
    match one:
        case Credit():
            if isinstance(one.rule, RateLimit):
                return one.rule.credited(tally, now)
            attempts = found[one.counted_under].attempts if one.counted_under else 1
            return one.rule.credited(tally, now, attempts=attempts)
        case Forgive():
            return one.rule.forgiven(tally, now)
        case Reset():
            return Counter() if one.until in (None, tally.until) else tally
        case Reopen():
            return Counter() if one.rule.is_used_up(tally) else tally
