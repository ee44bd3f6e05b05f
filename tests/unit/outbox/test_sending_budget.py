"""The whole service sends a number of messages a minute, and no more."""

from datetime import timedelta

import pytest
from tests.fakes import FakeClock, FakeCounterRepository

from fastauth.application.outbox.sending_budget import RECOVERY, SendingBudget
from fastauth.domain.outbox.errors import Postponed
from fastauth.domain.outbox.message import OutboxKind
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.secret_key import SecretKey

RESET, UNDO = OutboxKind.PASSWORD_RESET, OutboxKind.ADDRESS_CHANGED
OLD, NEW = (SecretKey(text * 32) for text in (b"o", b"n"))


class TestSendingBudget:
    async def test_is_shared_by_all_processes(self, clock: FakeClock) -> None:
        """It is one counter, also while processes with the previous and the new secret key run."""
        counters, limit = FakeCounterRepository(), RateLimit(3, timedelta(minutes=1))
        first, second = (
            SendingBudget(counters=counters, keys=CounterKeys(*keys), limit=limit, clock=clock)
            for keys in ((OLD,), (NEW, OLD))
        )
        await first(RESET)
        await second(RESET)
        await second(RESET)
        with pytest.raises(Postponed) as beyond:
            await second(RESET)
        assert beyond.value.after == timedelta(seconds=20)
        clock.advance(beyond.value.after)
        await second(RESET)
        with pytest.raises(Postponed):
            await second(RESET)

    async def test_registrations_and_notices_delay_no_reset(self, clock: FakeClock) -> None:
        """A quarter is left for the mails that recover an account, which may use all of it."""
        budget = SendingBudget(
            counters=FakeCounterRepository(),
            keys=CounterKeys(NEW),
            limit=RateLimit(8, timedelta(minutes=1)),
            clock=clock,
        )

        async def sent(*kinds: OutboxKind) -> int:
            for number, kind in enumerate(kinds):
                try:
                    await budget(kind)
                except Postponed:
                    return number
            return len(kinds)

        assert (
            await sent(*(kind for kind in OutboxKind if kind not in RECOVERY), *[OutboxKind.VERIFICATION] * 9)
            == 6
        )
        assert await sent(RESET, UNDO, RESET) == 2
        clock.advance(timedelta(minutes=1))
        assert await sent(*[RESET] * 9) == 8
        assert await sent(OutboxKind.NOTICE) == 0

    async def test_of_few_messages_a_minute(self, clock: FakeClock) -> None:
        """One notice may always be sent. The last message is left for a reset, unless it is the only one."""
        for attempts, notices in ((1, 1), (2, 1), (3, 2)):
            budget = SendingBudget(
                counters=FakeCounterRepository(),
                keys=CounterKeys(NEW),
                limit=RateLimit(attempts, timedelta(minutes=1)),
                clock=clock,
            )
            for kind, sent in ((OutboxKind.NOTICE, notices), (RESET, attempts - notices)):
                for _ in range(sent):
                    await budget(kind)
                with pytest.raises(Postponed):
                    await budget(kind)
