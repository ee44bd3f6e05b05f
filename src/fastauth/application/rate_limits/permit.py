"""Counting one attempt, and what to refund once its outcome is known."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.clock import Clock
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.counter import EPOCH
from fastauth.domain.rate_limits.hit import Decision, Hit, Scope
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement, Refund, Reset


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """One attempt, counted before its password is verified, and the refunds for each outcome."""

    allowed: bool
    """Whether the attempt may succeed. If not, it fails like a wrong password and takes as long."""
    is_locked: bool = False
    """Whether the known device is locked for good: the next log-in must issue another device token."""
    refunds_on_success: tuple[Refund, ...] = ()
    refunds_on_failure: tuple[Refund, ...] = ()
    refunds_if_unverified: tuple[Refund, ...] = ()


async def count_attempt(
    hits: Sequence[Hit], *, counters: CounterRepository, clock: Clock, delays: Sequence[float]
) -> Permit:
    """Count an attempt once the verification slot is free; `delays` are the seconds between tries.

    Raises:
        TooManyRequests: The network of the attempt has reached its limit.
        HashingOverloaded: The slot was still taken after the last delay.
    """
    for delay in delays:
        now = clock.now()
        result = await counters.count(tuple(hits), now=now)
        if result.decision is not Decision.BUSY:
            allowed = result.decision is Decision.ALLOWED
            return _permit(hits, allowed=allowed, is_locked=result.is_locked, now=now)
        await asyncio.sleep(delay)
    raise HashingOverloaded


def _permit(hits: Sequence[Hit], *, allowed: bool, is_locked: bool, now: datetime) -> Permit:
    slots = tuple(
        Reset(hit.key, if_resets_at=now + hit.rule.window if allowed else EPOCH)
        for hit in hits
        if hit.scope is Scope.SLOT and isinstance(hit.rule, RateLimit)
    )
    counted = [hit for hit in hits if hit.scope is Scope.NETWORK or (allowed and hit.scope is Scope.ACCOUNT)]
    return Permit(
        allowed=allowed,
        is_locked=is_locked,
        refunds_on_failure=slots,
        refunds_if_unverified=(*slots, *(Decrement(hit.key, hit.rule) for hit in counted)),
    )
