"""The purge of expired rows: retention, batches, one process at a time."""

from datetime import datetime, timedelta

from tests.application import Application
from tests.fakes import FakeClock, FakeExpiredRows, FakeOutboxQueue, FakeStorage, FakeUnitOfWork

from fastauth.application.operations.purge_rows import BATCH_SIZE, MAX_BATCHES, PURGE_INTERVAL, PurgeRows
from fastauth.domain.audit.trail import Retention
from fastauth.domain.operations.purges import Expired, all_purges
from fastauth.domain.outbox.message import OutboxKind, OutboxOutcome
from fastauth.domain.rate_limits.counter import Counter, CounterKey

DAY, WEEK = timedelta(days=1), timedelta(days=7)
PURGES = {purge.task: purge for purge in all_purges(Retention())}
MOMENT = timedelta(microseconds=1)


class RecordingExpiredRows(FakeExpiredRows):
    """Records what it was asked to delete. It deletes `endless` again and again."""

    def __init__(self, storage: FakeStorage | None = None, *, endless: Expired | None = None) -> None:
        super().__init__(storage or FakeStorage())
        self.endless = endless
        self.asked: list[tuple[Expired, datetime, int]] = []

    async def purge(self, rows: Expired, *, before: datetime, limit: int) -> int:
        self.asked.append((rows, before, limit))
        return limit if rows is self.endless else await super().purge(rows, before=before, limit=limit)


def purge_of(task: str, rows: FakeExpiredRows, clock: FakeClock) -> PurgeRows:
    return PurgeRows(purge=PURGES[task], expired_rows=rows, clock=clock)


class TestPurgeRows:
    async def test_purges_after_a_day_in_batches(self, clock: FakeClock) -> None:
        storage, until = FakeStorage(), clock.now()
        for number in range(2 * BATCH_SIZE + 1):
            storage.counters[CounterKey(number.to_bytes(2, "big"))] = Counter(1, until)
        storage.counters[CounterKey(b"kept")] = Counter(1, until + 2 * PURGE_INTERVAL)
        rows = RecordingExpiredRows(storage)
        purge = purge_of("tallies", rows, clock)
        clock.advance(DAY)
        assert await purge() == 0
        clock.advance(PURGE_INTERVAL)
        assert await purge() == 2 * BATCH_SIZE + 1
        assert set(storage.counters) == {b"kept"}
        assert [limit for _, _, limit in rows.asked] == [BATCH_SIZE] * 4

    async def test_one_process_purges(self, clock: FakeClock) -> None:
        rows = RecordingExpiredRows()
        first, second = (purge_of("tallies", rows, clock) for _ in range(2))
        await first()
        assert await second() == 0
        clock.advance(PURGE_INTERVAL - MOMENT)
        await second()
        assert len(rows.asked) == 1
        clock.advance(MOMENT)
        await second()
        await first()
        assert len(rows.asked) == 2

    async def test_round_is_bounded(self, clock: FakeClock) -> None:
        """Rows of another kind are purged even if those of the first never end."""
        rows = RecordingExpiredRows(endless=Expired.EVENTS)
        assert await purge_of("events", rows, clock)() == MAX_BATCHES * BATCH_SIZE
        assert rows.asked[-1][0] is Expired.EVENT_ADDRESSES

    async def test_purges_are_independent(self, clock: FakeClock) -> None:
        rows = RecordingExpiredRows()
        for task in PURGES:
            await purge_of(task, rows, clock)()
        assert rows.storage.begun_at == dict.fromkeys(PURGES, clock.now())


class TestPurges:
    def test_every_kind_of_rows_is_purged_once(self) -> None:
        kinds = [rows for purge in PURGES.values() for rows in purge.kept]
        assert sorted(kinds, key=lambda rows: rows.value) == list(Expired)

    async def test_names_that_other_versions_use(self, clock: FakeClock) -> None:
        """The tasks are rows of `fastauth_task`, and dashboards have the names of the use cases."""
        assert {purge.task: purge.use_case for purge in PURGES.values()} == {
            "sessions": "PurgeSessions",
            "tallies": "PurgeCounters",
            "events": "PurgeEvents",
            "revocations": "PurgeRevocations",
            "one_time_tokens": "PurgeOneTimeTokens",
            "email_addresses": "PurgeAddresses",
            "outbox": "PurgeOutbox",
            "api_keys": "PurgeApiKeys",
        }
        assert set(Application().container.purges()) == set(PURGES)

    async def test_retention_is_counted_back_from_now(self, clock: FakeClock) -> None:
        rows = RecordingExpiredRows()
        for task in PURGES:
            await purge_of(task, rows, clock)()
        assert {kind: clock.now() - before for kind, before, _ in rows.asked} == {
            Expired.SESSIONS: DAY,
            Expired.COUNTERS: DAY,
            Expired.EVENTS: 365 * DAY,
            Expired.EVENT_ADDRESSES: 30 * DAY,
            Expired.ONE_TIME_TOKENS: DAY,
            Expired.IDEMPOTENCY_KEYS: DAY,
            Expired.INVITATIONS: DAY,
            Expired.REVOCATIONS: timedelta(hours=1, minutes=2),
            Expired.REPLACED_ADDRESSES: WEEK,
            Expired.OUTBOX_ENTRIES: WEEK,
            Expired.API_KEYS: 30 * DAY,
        }


class TestPurgeSessions:
    async def test_purges_a_day_after_the_end(self, app: Application) -> None:
        for _ in range(3):
            await app.a_log_in()
        await app.revoke_sessions(username="santosh")
        ended = len(app.storage.sessions)
        await app.a_log_in()
        purge = app.container.purges()["sessions"]
        app.clock.advance(DAY)
        assert await purge() == 0
        app.clock.advance(PURGE_INTERVAL)
        assert await purge() == ended == 3
        assert len(app.storage.sessions) == 1


class TestPurgeOutbox:
    async def test_purges_a_week_after_the_end(self, clock: FakeClock) -> None:
        storage = FakeStorage()
        queue, purge = FakeOutboxQueue(storage), purge_of("outbox", FakeExpiredRows(storage), clock)
        async with FakeUnitOfWork(storage).begin() as transaction:
            closed, abandoned, waiting = [
                await transaction.outbox.add(
                    OutboxKind.MAIL,
                    {},
                    user_id=None,
                    now=clock.now(),
                    due_at=clock.now() + timedelta(days=days),
                )
                for days in (0, 0, 1)
            ]
            await transaction.commit()
        await queue.complete(closed, outcome=OutboxOutcome.SENT, now=clock.now())
        clock.advance(WEEK)
        assert await purge() == 0
        clock.advance(PURGE_INTERVAL)
        assert await purge() == 2
        assert abandoned not in storage.outbox
        assert set(storage.outbox) == {waiting}
