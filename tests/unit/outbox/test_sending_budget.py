"""The whole service sends a number of messages a minute, and no more."""

from datetime import timedelta

import pytest
from tests.fakes import FakeClock, FakeCounterRepository

from fastauth.application.outbox.sending_budget import SendingBudget
from fastauth.domain.outbox.errors import Postponed
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.secret_key import SecretKey

OLD, NEW = (SecretKey(text * 32) for text in (b"o", b"n"))


class TestSendingBudget:
    async def test_is_shared_by_all_processes(self, clock: FakeClock) -> None:
        """It is one counter, also while processes with the previous and the new secret key run."""
        counters, limit = FakeCounterRepository(), RateLimit(3, timedelta(minutes=1))
        first, second = (
            SendingBudget(counters=counters, keys=CounterKeys(*keys), limit=limit, clock=clock)
            for keys in ((OLD,), (NEW, OLD))
        )
        await first()
        await second()
        await second()
        with pytest.raises(Postponed) as beyond:
            await second()
        assert beyond.value.after == timedelta(seconds=20)
        clock.advance(beyond.value.after)
        await second()
        with pytest.raises(Postponed):
            await second()
