"""A background task delivers the outbox: after a commit, else every few seconds, until the process stops."""

import asyncio
import logging

import pytest

from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.outbox.delivery import Delivery, DeliveryRound, Unfinished
from fastauth.domain.outbox.message import OutboxKind, OutboxOutcome
from fastauth.entrypoints.outbox_relay import outbox_relay

NOTHING = DeliveryRound()
SENT = Delivery(kind=OutboxKind.MAIL, result=OutboxOutcome.SENT)
A_MINUTE = 60.0


class Deliveries:
    """Answers each call with the next of the given rounds, then with an empty one."""

    def __init__(self, *rounds: DeliveryRound | Exception) -> None:
        self.rounds = list(rounds)
        self.number = 0
        self.called = asyncio.Condition()

    async def __call__(self) -> DeliveryRound:
        async with self.called:
            self.number += 1
            self.called.notify_all()
        given = self.rounds.pop(0) if self.rounds else NOTHING
        if isinstance(given, Exception):
            raise given
        return given

    async def reach(self, number: int) -> None:
        async with asyncio.timeout(A_MINUTE), self.called:
            await self.called.wait_for(lambda: self.number >= number)


@pytest.fixture
def filled() -> asyncio.Event:
    return asyncio.Event()


class TestOutboxRelay:
    async def test_a_commit_wakes_it(self, filled: asyncio.Event) -> None:
        deliver = Deliveries()
        async with outbox_relay(deliver, filled=filled, poll_seconds=A_MINUTE):
            await deliver.reach(1)
            filled.set()
            await deliver.reach(2)

    async def test_looks_again_after_a_while(self, filled: asyncio.Event) -> None:
        deliver = Deliveries()
        async with outbox_relay(deliver, filled=filled, poll_seconds=0.001):
            await deliver.reach(3)

    async def test_empties_a_full_outbox_at_once(self, filled: asyncio.Event) -> None:
        full = DeliveryRound(deliveries=(SENT,), is_full=True)
        deliver = Deliveries(full, full)
        async with outbox_relay(deliver, filled=filled, poll_seconds=A_MINUTE):
            await deliver.reach(3)

    async def test_commits_do_not_wake_it_while_the_budget_is_spent(self, filled: asyncio.Event) -> None:
        """Otherwise every request would have it claim entries that it cannot send."""
        postponed = Delivery(kind=OutboxKind.MAIL, result=Unfinished.POSTPONED)
        deliver = Deliveries(DeliveryRound(deliveries=(SENT, postponed), is_full=True))
        async with outbox_relay(deliver, filled=filled, poll_seconds=A_MINUTE):
            await deliver.reach(1)
            for _ in range(10):
                filled.set()
                await asyncio.sleep(0)
        assert deliver.number == 1

    async def test_survives_errors(self, filled: asyncio.Event, caplog: pytest.LogCaptureFixture) -> None:
        """It logs them without their messages, which may have an address."""
        bug = ZeroDivisionError("an-address@example.com")
        retried = Delivery(kind=OutboxKind.MAIL, result=Unfinished.RETRIED, error="421 4.7.0")
        failed = Delivery(
            kind=OutboxKind.NOTICE, result=Unfinished.RETRIED, error="ZeroDivisionError", bug=bug
        )
        deliver = Deliveries(
            StorageUnavailable(), bug, DeliveryRound(deliveries=(SENT, retried, failed), is_full=False)
        )
        with caplog.at_level(logging.INFO, "fastauth.outbox"):
            async with outbox_relay(deliver, filled=filled, poll_seconds=0.001):
                await deliver.reach(4)
        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
            ("WARNING", f"outbox not delivered: {StorageUnavailable.detail}"),
            ("ERROR", "outbox not delivered"),
            ("WARNING", "delivery of kind mail retried: 421 4.7.0"),
            ("ERROR", "delivery of kind notice failed"),
        ]

    async def test_stop_lets_a_delivery_end(self, filled: asyncio.Event) -> None:
        """Nothing is claimed after it, although more is due."""
        began, may_end, ended = asyncio.Event(), asyncio.Event(), []

        async def deliver() -> DeliveryRound:
            began.set()
            await may_end.wait()
            ended.append(1)
            return DeliveryRound(deliveries=(SENT,), is_full=True)

        async with outbox_relay(deliver, filled=filled, drain_seconds=A_MINUTE):
            await began.wait()
            asyncio.get_running_loop().call_soon(may_end.set)
        assert ended == [1]

    async def test_stop_does_not_wait_for_ever(self, filled: asyncio.Event) -> None:
        cancelled = []

        async def deliver() -> DeliveryRound:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.append(1)
            return NOTHING

        async with outbox_relay(deliver, filled=filled, drain_seconds=0.001):
            await asyncio.sleep(0)
        assert cancelled == [1]
