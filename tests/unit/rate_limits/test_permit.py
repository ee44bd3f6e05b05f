"""What is refunded after an attempt, by its decision."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes import FakeClock, FakeCounterRepository

from fastauth.application.rate_limits.permit import Permit, count_attempt
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.backoff import Backoff
from fastauth.domain.rate_limits.counter import EPOCH, CounterKey
from fastauth.domain.rate_limits.hit import Hit, Scope
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement, Reset

SECOND = timedelta(seconds=1)
NETWORK = Hit(CounterKey(b"network"), RateLimit(9, 60 * SECOND), Scope.NETWORK)
SLOT = Hit(CounterKey(b"slot"), RateLimit(1, 5 * SECOND), Scope.SLOT)
ACCOUNT = Hit(CounterKey(b"account"), Backoff(SECOND, 60 * SECOND, max_attempts=9), Scope.ACCOUNT)


class Attempts:
    def __init__(self) -> None:
        self.clock, self.counters = FakeClock(), FakeCounterRepository()

    async def count(self, *hits: Hit) -> Permit:
        return await count_attempt(hits, counters=self.counters, clock=self.clock, delays=[0])


@pytest.fixture
def attempts() -> Attempts:
    return Attempts()


class TestCountAttempt:
    async def test_refunds_of_an_allowed_attempt(self, attempts: Attempts) -> None:
        """A wrong password frees the slot; what could not be verified is not counted at all."""
        slot = Reset(SLOT.key, if_resets_at=attempts.clock.now() + 5 * SECOND)
        assert await attempts.count(NETWORK, SLOT, ACCOUNT) == Permit(
            allowed=True,
            refunds_on_failure=(slot,),
            refunds_if_unverified=(
                slot,
                Decrement(NETWORK.key, NETWORK.rule),
                Decrement(ACCOUNT.key, ACCOUNT.rule),
            ),
        )

    async def test_refunds_of_a_limited_attempt(self, attempts: Attempts) -> None:
        """It has counted for its network only, and has not taken the slot."""
        assert await attempts.count(ACCOUNT)
        slot = Reset(SLOT.key, if_resets_at=EPOCH)
        assert await attempts.count(NETWORK, SLOT, ACCOUNT) == Permit(
            allowed=False,
            refunds_on_failure=(slot,),
            refunds_if_unverified=(slot, Decrement(NETWORK.key, NETWORK.rule)),
        )

    async def test_limited_attempt_leaves_the_slot_of_another(self, attempts: Attempts) -> None:
        """Both at the same reading of the clock."""
        assert await attempts.count(ACCOUNT)
        limited = await attempts.count(SLOT, ACCOUNT)
        allowed = await attempts.count(SLOT, replace(ACCOUNT, key=CounterKey(b"another account")))
        assert (limited.allowed, allowed.allowed) == (False, True)
        await attempts.counters.refund(limited.refunds_on_failure, now=attempts.clock.now())
        with pytest.raises(HashingOverloaded):
            await attempts.count(SLOT)
        await attempts.counters.refund(allowed.refunds_on_failure, now=attempts.clock.now())
        assert (await attempts.count(SLOT)).allowed

    async def test_permit_shows_that_a_rule_is_locked(self, attempts: Attempts) -> None:
        once = replace(ACCOUNT, rule=Backoff(SECOND, SECOND, max_attempts=1))
        assert [(await attempts.count(once)).is_locked for _ in range(2)] == [False, True]
