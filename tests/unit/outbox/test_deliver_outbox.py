"""Entries of the outbox are delivered at least once, and tried again at growing intervals."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from tests.fakes import FakeClock, FakeOutboxQueue, FakeSecretBox, FakeStorage, FakeUnitOfWork

from fastauth.application.outbox.attempt import Attempt
from fastauth.application.outbox.deliver_outbox import MAX_CONCURRENT, DeliverOutbox
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.outbox.delivery import DeliveryRound, Unfinished
from fastauth.domain.outbox.errors import PermanentFailure, Postponed, TemporaryFailure
from fastauth.domain.outbox.message import OutboxEntry, OutboxKind, OutboxOutcome, OutboxRecord
from fastauth.domain.outbox.schedule import LEASE, MAX_ATTEMPTS, RETRY_DELAYS
from fastauth.domain.outbox.sealed import ClaimedEntry


class UnwritableQueue(FakeOutboxQueue):
    """A queue whose database fails after the claim."""

    async def complete(
        self, entry_id: str, *, outcome: OutboxOutcome, now: datetime, error: str | None = None
    ) -> None:
        raise StorageUnavailable


class Relay:
    """A relay over fakes, with a handler that behaves as its entry's content says."""

    def __init__(self, clock: FakeClock, queue: type[FakeOutboxQueue] = FakeOutboxQueue) -> None:
        self.clock, self.storage, self.box = clock, FakeStorage(), FakeSecretBox()
        self.queue = queue(self.storage)
        self.delivered: list[OutboxEntry] = []
        self.behaviours: dict[str, Callable[[OutboxEntry], Awaitable[None]]] = {}
        attempt = Attempt(
            handlers={OutboxKind.MAIL: self.handle},
            box=self.box,
            clock=clock,
            deadline=timedelta(milliseconds=50),
        )
        self.deliver = DeliverOutbox(queue=self.queue, attempt=attempt, kinds=[OutboxKind.MAIL], clock=clock)

    async def add(
        self,
        failure: Exception | None = None,
        *,
        kind: OutboxKind = OutboxKind.MAIL,
        expires_in: timedelta | None = None,
        box: FakeSecretBox | None = None,
    ) -> str:
        now = self.clock.now()
        async with FakeUnitOfWork(self.storage, box or self.box).begin() as transaction:
            added = await transaction.outbox.add(
                kind,
                {"to": "a"},
                user_id=None,
                now=now,
                expires_at=None if expires_in is None else now + expires_in,
            )
            await transaction.commit()

        async def fail(_entry: OutboxEntry) -> None:
            if failure:
                raise failure

        self.behaviours[added] = fail
        return added

    async def handle(self, entry: OutboxEntry) -> None:
        self.delivered.append(entry)
        await self.behaviours[entry.id](entry)

    def record(self, entry_id: str) -> OutboxRecord:
        return self.storage.outbox[entry_id].record


def results(round_: DeliveryRound) -> list[object]:
    return [delivery.result for delivery in round_.deliveries]


@pytest.fixture
def relay(clock: FakeClock) -> Relay:
    return Relay(clock)


class TestDeliverOutbox:
    async def test_delivers_once(self, relay: Relay) -> None:
        added = await relay.add()
        assert results(await relay.deliver()) == [OutboxOutcome.SENT]
        relay.clock.advance(days=9)
        assert results(await relay.deliver()) == []
        (entry,) = relay.delivered
        assert (entry.id, entry.content, entry.attempts) == (added, {"to": "a"}, 1)
        record, sent_at = relay.record(added), relay.clock.now() - timedelta(days=9)
        assert (record.outcome, record.done_at, record.error) == (OutboxOutcome.SENT, sent_at, None)
        assert relay.storage.outbox[added].sealed is None

    async def test_backs_off_and_gives_up(self, relay: Relay, clock: FakeClock) -> None:
        added = await relay.add(TemporaryFailure("421"))
        for delay in RETRY_DELAYS:
            assert results(await relay.deliver()) == [Unfinished.RETRIED]
            assert relay.record(added).due_at == clock.now() + delay
            clock.advance(delay - timedelta(seconds=1))
            assert results(await relay.deliver()) == []
            clock.advance(seconds=1)
        assert results(await relay.deliver()) == [OutboxOutcome.GIVEN_UP]
        assert (relay.record(added).error, len(relay.delivered)) == ("421", MAX_ATTEMPTS)
        assert len({entry.id for entry in relay.delivered}) == 1

    async def test_refused_for_good(self, relay: Relay) -> None:
        added = await relay.add(PermanentFailure("550 5.1.1"))
        assert results(await relay.deliver()) == [OutboxOutcome.REFUSED]
        assert relay.record(added).error == "550 5.1.1"

    async def test_each_failure_is_retried(self, relay: Relay, clock: FakeClock) -> None:
        """A bug is returned as well, so that it can be logged."""
        bug = KeyError("an-address@example.com")
        hangs = await relay.add()
        relay.behaviours[hangs] = lambda _entry: asyncio.Event().wait()  # type: ignore[assignment,return-value]
        expected = {
            await relay.add(TemporaryFailure("421 4.7.0")): ("421 4.7.0", None),
            await relay.add(StorageUnavailable()): ("storage_unavailable", None),
            await relay.add(box=FakeSecretBox("another")): ("sealed_text_unreadable", None),
            await relay.add(TimeoutError()): ("timed out", None),
            await relay.add(bug): ("KeyError", bug),
            hangs: ("timed out", None),
        }
        outcome = await relay.deliver()
        assert set(results(outcome)) == {Unfinished.RETRIED}
        assert {id_: relay.record(id_).error for id_ in expected} == {
            id_: error for id_, (error, _) in expected.items()
        }
        assert [delivery.bug for delivery in outcome.deliveries if delivery.bug] == [bug]
        assert {relay.record(each).due_at for each in expected} == {clock.now() + RETRY_DELAYS[0]}

    async def test_failing_entries_do_not_hold_up_others(self, relay: Relay) -> None:
        for _ in range(3):
            hangs = await relay.add()
            relay.behaviours[hangs] = lambda _entry: asyncio.Event().wait()  # type: ignore[assignment,return-value]
            await relay.add(ZeroDivisionError())
        others = [await relay.add() for _ in range(MAX_CONCURRENT)]
        first = await relay.deliver()
        assert (first.is_full, first.continues_at_once) == (True, True)
        second = await relay.deliver()
        assert (second.is_full, second.continues_at_once) == (False, False)
        assert {relay.record(each).outcome for each in others} == {OutboxOutcome.SENT}

    async def test_expired(self, relay: Relay, clock: FakeClock) -> None:
        """An entry whose next attempt would be too late is closed at once: its content is a secret."""
        late, soon_late, in_time = [
            await relay.add(TemporaryFailure("421"), expires_in=timedelta(seconds=seconds))
            for seconds in (0, 10, 11)
        ]
        await relay.deliver()
        assert {entry.id for entry in relay.delivered} == {soon_late, in_time}
        outcomes = [relay.record(each).outcome for each in (late, soon_late, in_time)]
        assert outcomes == [OutboxOutcome.EXPIRED, OutboxOutcome.EXPIRED, None]
        clock.advance(seconds=11)
        assert results(await relay.deliver()) == [OutboxOutcome.EXPIRED]
        assert (relay.record(late).error, relay.record(in_time).error) == (None, "421")

    async def test_postponed(self, relay: Relay, clock: FakeClock) -> None:
        """Nothing was tried: the attempt does not count, and the next claim waits."""
        added = [await relay.add(Postponed(after=timedelta(seconds=2))) for _ in range(MAX_CONCURRENT)]
        postponed = await relay.deliver()
        assert set(results(postponed)) == {Unfinished.POSTPONED}
        assert (postponed.is_full, postponed.continues_at_once) == (True, False)
        assert {relay.record(each).attempts for each in added} == {0}
        assert {relay.record(each).due_at for each in added} == {clock.now() + timedelta(seconds=2)}

    async def test_kinds_without_a_handler_are_left(self, relay: Relay) -> None:
        added = await relay.add(kind=OutboxKind.NOTICE)
        assert results(await relay.deliver()) == []
        assert relay.record(added).attempts == 0

    async def test_gives_up_on_what_kills_its_process(self, relay: Relay, clock: FakeClock) -> None:
        added = await relay.add()
        for _ in range(MAX_ATTEMPTS):
            assert await relay.queue.claim(kinds=[OutboxKind.MAIL], now=clock.now(), lease=LEASE, limit=1)
            clock.advance(days=2)
        assert results(await relay.deliver()) == [OutboxOutcome.GIVEN_UP]
        assert (relay.record(added).error, relay.delivered) == ("the process died", [])

    async def test_unrecorded_result(self, clock: FakeClock) -> None:
        """It is delivered again after its lease, under the same id."""
        relay = Relay(clock, UnwritableQueue)
        added = await relay.add()
        assert results(await relay.deliver()) == [Unfinished.UNRECORDED]
        assert results(await relay.deliver()) == []
        clock.advance(LEASE)
        await relay.deliver()
        assert [entry.id for entry in relay.delivered] == [added, added]

    async def test_leased_entries_are_not_delivered_twice(self, relay: Relay) -> None:
        """Two processes deliver at the same time."""
        for _ in range(3 * MAX_CONCURRENT):
            await relay.add()
        await asyncio.gather(*(relay.deliver() for _ in range(4)))
        ids = [entry.id for entry in relay.delivered]
        assert len(ids) == len(set(ids)) == 3 * MAX_CONCURRENT


class TestContents:
    async def test_are_in_no_repr(self, relay: Relay) -> None:
        await relay.add()
        (claimed,) = await relay.queue.claim(
            kinds=[OutboxKind.MAIL], now=relay.clock.now(), lease=LEASE, limit=1
        )
        assert isinstance(claimed, ClaimedEntry)
        entry = claimed.open(relay.box)
        assert entry.content == {"to": "a"}
        assert "content" not in repr(entry)
        assert claimed.sealed not in repr(claimed)
