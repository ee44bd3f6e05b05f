"""What an `Outbox` and an `OutboxQueue` promise."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_new_user

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.operations.purges import Expired
from fastauth.domain.outbox.message import Backlog, OutboxKind, OutboxOutcome, OutboxPlace, OutboxRecord
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.outbox.schedule import crash_delay
from fastauth.domain.outbox.sealed import ClaimedEntry
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.unit_of_work import UnitOfWork

NOW = datetime(3026, 11, 26, 12, tzinfo=UTC)
"""So late that a running service on the same database takes no entry for due."""

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


class OutboxQueueContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def box(self) -> SecretBox: ...

    @abstractmethod
    @pytest.fixture
    def unit_of_work(self, users: UserRepository, box: SecretBox) -> UnitOfWork: ...

    @abstractmethod
    @pytest.fixture
    def stored(self, users: UserRepository) -> OutboxQueue:
        """The queue, which may have entries of other tests."""

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    @abstractmethod
    async def sealed_of(self, entry_id: str, stored: OutboxQueue) -> str | None:
        """Return what is stored of the content."""

    @pytest.fixture
    async def queue(self, stored: OutboxQueue) -> OutboxQueue:
        """The queue, in which nothing waits."""
        late = NOW + timedelta(days=10_000)
        while entries := await stored.claim(kinds=list(OutboxKind), now=late, lease=LEASE, limit=100):
            for entry in entries:
                await stored.complete(entry.id, outcome=OutboxOutcome.EXPIRED, now=NOW - timedelta(days=365))
        return stored

    async def add(self, unit_of_work: UnitOfWork, *, number: int = 0, due_at: datetime | None = None) -> str:
        async with unit_of_work.begin() as transaction:
            content = {"number": str(number)}
            added = await transaction.outbox.add(
                OutboxKind.MAIL, content, user_id=None, now=NOW, due_at=due_at
            )
            await transaction.commit()
        return added

    async def claim(
        self, queue: OutboxQueue, *, at: datetime = NOW, limit: int = 100, lease: timedelta = LEASE
    ) -> list[ClaimedEntry]:
        return await queue.claim(kinds=list(OutboxKind), now=at, lease=lease, limit=limit)

    async def test_claims_what_was_committed(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue, users: UserRepository, box: SecretBox
    ) -> None:
        user = await users.add(a_new_user())
        content = {"to": "grüße@example.com", "empty": ""}
        expires_at = NOW + timedelta(minutes=10)
        async with unit_of_work.begin() as transaction:
            added = await transaction.outbox.add(
                OutboxKind.NOTICE, content, user_id=user.id, now=NOW, expires_at=expires_at
            )
            await transaction.commit()
        (entry,) = await self.claim(queue)
        assert content["to"] not in (await self.sealed_of(added, queue) or "")
        assert (entry.id, entry.kind, entry.user_id) == (added, OutboxKind.NOTICE, user.id)
        assert (entry.attempts, entry.created_at, entry.expires_at) == (1, NOW, expires_at)
        assert entry.open(box).content == content

    async def test_without_commit_nothing_is_added(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue
    ) -> None:
        async with unit_of_work.begin() as transaction:
            await transaction.outbox.add(OutboxKind.MAIL, {}, user_id=None, now=NOW)
        assert await self.claim(queue) == []

    async def test_ids_are_random_hexadecimal_digits(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue
    ) -> None:
        ids = {await self.add(unit_of_work) for _ in range(3)}
        assert {entry.id for entry in await self.claim(queue)} == ids
        assert {len(bytes.fromhex(each)) for each in ids} == {16}
        assert len(ids) == 3

    async def test_claims_the_oldest_due(self, unit_of_work: UnitOfWork, queue: OutboxQueue) -> None:
        later, oldest, old, now = [
            await self.add(unit_of_work, due_at=NOW + seconds * SECOND) for seconds in (1, -9, -2, 0)
        ]
        assert {entry.id for entry in await self.claim(queue, limit=2)} == {oldest, old}
        assert [entry.id for entry in await self.claim(queue)] == [now]
        assert [entry.id for entry in await self.claim(queue, at=NOW + SECOND)] == [later]

    async def test_claims_kinds_with_a_handler(self, unit_of_work: UnitOfWork, queue: OutboxQueue) -> None:
        added = await self.add(unit_of_work)
        for kinds in ([], [OutboxKind.NOTICE]):
            assert await queue.claim(kinds=kinds, now=NOW, lease=LEASE, limit=9) == []
        (entry,) = await queue.claim(
            kinds=[OutboxKind.NOTICE, OutboxKind.MAIL], now=NOW, lease=LEASE, limit=9
        )
        assert entry.id == added

    async def test_lease_of_a_dead_process_runs_out(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue
    ) -> None:
        """Each crash delays the next attempt as long as a failure does, and at least until the lease ends."""
        added, at = await self.add(unit_of_work), NOW
        for attempts in range(1, 10):
            (entry,) = await self.claim(queue, at=at)
            assert (entry.id, entry.attempts) == (added, attempts)
            (record,) = await queue.records(waiting=True, limit=2)
            assert record.leased_until == at + LEASE
            at += crash_delay(attempts, LEASE)
            assert await self.claim(queue, at=at - SECOND) == []

    async def test_concurrent_claims_share_no_entry(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue
    ) -> None:
        added = [await self.add(unit_of_work, number=number) for number in range(20)]
        claims = await asyncio.gather(*(self.claim(queue, limit=3) for _ in range(8)))
        assert max(map(len, claims)) <= 3
        claimed = [entry.id for entries in claims for entry in entries]
        claimed += [entry.id for entry in await self.claim(queue)]
        assert sorted(claimed) == sorted(added)

    @staticmethod
    async def closed(entry_id: str, queue: OutboxQueue) -> OutboxRecord:
        """Return a closed entry. Other tests have closed some in the same database."""
        (record,) = [each for each in await queue.records(waiting=False, limit=10_000) if each.id == entry_id]
        return record

    async def test_complete_deletes_the_content(self, unit_of_work: UnitOfWork, queue: OutboxQueue) -> None:
        """The first outcome stays."""
        added = await self.add(unit_of_work)
        await self.claim(queue)
        assert await self.sealed_of(added, queue)
        await queue.complete(added, outcome=OutboxOutcome.REFUSED, now=NOW + SECOND, error="550 5.1.1")
        await queue.complete(added, outcome=OutboxOutcome.SENT, now=NOW + 2 * SECOND)
        assert await self.sealed_of(added, queue) is None
        assert await self.claim(queue, at=NOW + timedelta(days=9)) == []
        assert await queue.records(waiting=True, limit=9) == []
        record = await self.closed(added, queue)
        assert (record.outcome, record.error) == (OutboxOutcome.REFUSED, "550 5.1.1")
        assert (record.done_at, record.leased_until) == (NOW + SECOND, None)

    async def test_retry(self, unit_of_work: UnitOfWork, queue: OutboxQueue) -> None:
        added, due_at = await self.add(unit_of_work), NOW + timedelta(seconds=10)
        (entry,) = await self.claim(queue)
        await queue.retry(entry, due_at=due_at, error="421")
        (record,) = await queue.records(waiting=True, limit=9)
        assert (record.due_at, record.leased_until, record.error) == (due_at, None, "421")
        assert await self.claim(queue, at=due_at - SECOND) == []
        (again,) = await self.claim(queue, at=due_at)
        assert (again.id, again.attempts) == (added, 2)
        await queue.complete(added, outcome=OutboxOutcome.SENT, now=due_at)
        record = await self.closed(added, queue)
        assert (record.outcome, record.error) == (OutboxOutcome.SENT, "421")

    async def test_release_does_not_count_the_attempt(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue
    ) -> None:
        await self.add(unit_of_work)
        (entry,) = await self.claim(queue)
        await queue.release(entry, due_at=NOW + SECOND)
        assert await self.claim(queue) == []
        (again,) = await self.claim(queue, at=NOW + SECOND)
        assert (again.id, again.attempts) == (entry.id, 1)

    async def test_a_late_process_does_not_change_the_lease_of_another(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue
    ) -> None:
        await self.add(unit_of_work)
        (late,) = await self.claim(queue)
        at = NOW + LEASE
        await self.claim(queue, at=at)
        await queue.retry(late, due_at=at, error="late")
        await queue.release(late, due_at=at)
        assert await self.claim(queue, at=at + LEASE - SECOND) == []
        (record,) = await queue.records(waiting=True, limit=9)
        assert (record.attempts, record.error) == (2, None)

    async def test_records_page_by_page(self, unit_of_work: UnitOfWork, queue: OutboxQueue) -> None:
        """Entries with equal times are neither repeated nor left out."""
        added = sorted([await self.add(unit_of_work, number=number) for number in range(5)])
        place, found = None, []
        while page := await queue.records(waiting=True, limit=2, after=place):
            found += [each.id for each in page]
            place = OutboxPlace(page[-1].due_at, page[-1].id)
        assert found == added
        far = NOW + timedelta(days=30)
        for entry_id in added:
            await queue.complete(entry_id, outcome=OutboxOutcome.SENT, now=far)
        place, found = OutboxPlace(far + SECOND, ""), []
        while page := await queue.records(waiting=False, limit=2, after=place):
            found += [each.id for each in page if each.done_at == far]
            place = OutboxPlace(page[-1].done_at or NOW, page[-1].id)
        assert found == added

    async def test_make_due(self, unit_of_work: UnitOfWork, queue: OutboxQueue) -> None:
        leased = await self.add(unit_of_work)
        await self.claim(queue, lease=timedelta(hours=2))
        first, second = [
            await self.add(unit_of_work, due_at=NOW + hours * timedelta(hours=1)) for hours in (1, 2)
        ]
        assert await queue.make_due(entry_id="00" * 16, now=NOW) == 0
        assert await queue.make_due(entry_id=leased, now=NOW) == 0
        assert await queue.make_due(entry_id=second, now=NOW) == 1
        assert [entry.id for entry in await self.claim(queue)] == [second]
        assert await queue.make_due(entry_id=None, now=NOW + SECOND) == 1
        assert [entry.id for entry in await self.claim(queue, at=NOW + SECOND)] == [first]

    async def test_backlog(self, unit_of_work: UnitOfWork, queue: OutboxQueue) -> None:
        assert await queue.backlog(now=NOW) == Backlog(0, timedelta(0))
        later, oldest = NOW + SECOND, NOW - timedelta(minutes=2)
        for due_at in (later, oldest, NOW):
            await self.add(unit_of_work, due_at=due_at)
        assert await queue.backlog(now=oldest - SECOND) == Backlog(3, timedelta(0))
        assert await queue.backlog(now=NOW) == Backlog(3, NOW - oldest)
        await self.claim(queue)
        assert await queue.backlog(now=NOW) == Backlog(3, timedelta(0)), (
            "an entry under delivery is not overdue"
        )
        assert [record.due_at for record in await queue.records(waiting=True, limit=1)] == [later]

    async def test_purges_what_no_process_delivers(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue, expired_rows: ExpiredRows
    ) -> None:
        """No process has a handler for its kind, or none runs: its content must not stay indefinitely."""
        long_ago = NOW - timedelta(days=1)
        added = [await self.add(unit_of_work, due_at=long_ago + seconds * SECOND) for seconds in (-1, 0)]
        while await expired_rows.purge(Expired.OUTBOX_ENTRIES, before=long_ago, limit=1):
            pass
        assert [record.id for record in await queue.records(waiting=True, limit=9)] == added[1:]

    async def test_purges_closed_entries_in_batches(
        self, unit_of_work: UnitOfWork, queue: OutboxQueue, expired_rows: ExpiredRows
    ) -> None:
        closed = NOW - timedelta(days=1)
        while await expired_rows.purge(
            Expired.OUTBOX_ENTRIES, before=NOW + timedelta(days=10_000), limit=100
        ):
            pass
        waiting, kept, *old = [await self.add(unit_of_work) for _ in range(5)]
        for entry_id in (*old, kept):
            now = NOW if entry_id == kept else closed
            await queue.complete(entry_id, outcome=OutboxOutcome.SENT, now=now)
        over = closed + SECOND
        assert [await expired_rows.purge(Expired.OUTBOX_ENTRIES, before=over, limit=2) for _ in range(3)] == [
            2,
            1,
            0,
        ]
        assert [record.id for record in await queue.records(waiting=False, limit=9)] == [kept]
        assert [record.id for record in await queue.records(waiting=True, limit=9)] == [waiting]
