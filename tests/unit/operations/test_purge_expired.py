"""The purge of expired rows: retention, batches, one process at a time."""

from datetime import datetime, timedelta

import pytest
from tests.application import Application
from tests.fakes import FakeClock, FakeExpiredRows, FakeStorage

from fastauth.application.operations.purge_batches import BATCH_SIZE, MAX_BATCHES, PURGE_INTERVAL, RETENTION
from fastauth.application.operations.purge_counters import PurgeCounters
from fastauth.application.operations.purge_one_time_tokens import PurgeOneTimeTokens
from fastauth.application.operations.purge_sessions import PurgeSessions
from fastauth.application.outbox.purge_outbox import PurgeOutbox
from fastauth.domain.rate_limits.counter import Counter, CounterKey


class CountingExpiredRows(FakeExpiredRows):
    def __init__(self, storage: FakeStorage) -> None:
        super().__init__(storage)
        self.asked: list[int] = []

    async def purge_counters(self, *, before: datetime, limit: int) -> int:
        self.asked.append(limit)
        return await super().purge_counters(before=before, limit=limit)

    async def purge_sessions(self, *, before: datetime, limit: int) -> int:
        self.asked.append(limit)
        return await super().purge_sessions(before=before, limit=limit)


class TestPurgeCounters:
    async def test_purges_after_a_day_in_batches(self, clock: FakeClock) -> None:
        storage, until = FakeStorage(), clock.now()
        for number in range(2 * BATCH_SIZE + 1):
            storage.counters[CounterKey(number.to_bytes(2, "big"))] = Counter(1, until)
        storage.counters[CounterKey(b"kept")] = Counter(1, until + 2 * PURGE_INTERVAL)
        expired_rows = CountingExpiredRows(storage)
        purge = PurgeCounters(expired_rows=expired_rows, clock=clock)
        clock.advance(RETENTION)
        assert await purge() == 0
        clock.advance(PURGE_INTERVAL)
        assert await purge() == 2 * BATCH_SIZE + 1
        assert (set(storage.counters), expired_rows.asked) == ({b"kept"}, [BATCH_SIZE] * 4)

    async def test_one_process_purges(self, clock: FakeClock) -> None:
        expired_rows = CountingExpiredRows(FakeStorage())
        first, second = (PurgeCounters(expired_rows=expired_rows, clock=clock) for _ in range(2))
        await first()
        assert await second() == 0
        assert set(expired_rows.storage.begun_at) == {"tallies"}
        clock.advance(PURGE_INTERVAL - timedelta(microseconds=1))
        await second()
        assert len(expired_rows.asked) == 1
        clock.advance(timedelta(microseconds=1))
        await second()
        await first()
        assert len(expired_rows.asked) == 2

    async def test_round_is_bounded(self, clock: FakeClock) -> None:
        class Endless(FakeExpiredRows):
            async def purge_counters(self, *, before: datetime, limit: int) -> int:
                return limit

        assert (
            await PurgeCounters(expired_rows=Endless(FakeStorage()), clock=clock)()
            == MAX_BATCHES * BATCH_SIZE
        )


class TestPurgeSessions:
    async def test_purges_after_a_day_in_batches(self, app: Application) -> None:
        for _ in range(3):
            await app.a_log_in()
        await app.revoke_sessions(username="santosh")
        ended = len(app.storage.sessions)
        await app.a_log_in()
        expired_rows = CountingExpiredRows(app.storage)
        purge = PurgeSessions(expired_rows=expired_rows, clock=app.clock)
        app.clock.advance(RETENTION)
        assert await purge() == 0
        app.clock.advance(PURGE_INTERVAL)
        assert await purge() == ended == 3
        assert (len(app.storage.sessions), expired_rows.asked) == (1, [BATCH_SIZE] * 2)

    async def test_one_process_purges(self, clock: FakeClock) -> None:
        expired_rows = CountingExpiredRows(FakeStorage())
        for process in (PurgeSessions(expired_rows=expired_rows, clock=clock) for _ in range(2)):
            assert await process() == 0
        assert len(expired_rows.asked) == 1
        assert set(expired_rows.storage.begun_at) == {"sessions"}
        clock.advance(PURGE_INTERVAL)
        await PurgeSessions(expired_rows=expired_rows, clock=clock)()
        assert len(expired_rows.asked) == 2

    async def test_does_not_wait_for_other_purges(self, clock: FakeClock) -> None:
        expired_rows = CountingExpiredRows(FakeStorage())
        await PurgeCounters(expired_rows=expired_rows, clock=clock)()
        await PurgeSessions(expired_rows=expired_rows, clock=clock)()
        assert len(expired_rows.asked) == 2


class RecordingExpiredRows(FakeExpiredRows):
    """Records what it was asked to delete."""

    def __init__(self) -> None:
        super().__init__(FakeStorage())
        self.asked: list[tuple[str, datetime, int]] = []

    async def purge_one_time_tokens(self, *, before: datetime, limit: int) -> int:
        self.asked.append(("one_time_tokens", before, limit))
        return 1

    async def purge_outbox(self, *, before: datetime, limit: int) -> int:
        self.asked.append(("outbox", before, limit))
        return 2


class TestRetention:
    async def test_is_counted_back_from_now(self, clock: FakeClock) -> None:
        rows = RecordingExpiredRows()
        purges = (
            PurgeOneTimeTokens(expired_rows=rows, clock=clock),
            PurgeOutbox(expired_rows=rows, clock=clock),
        )
        assert [await purge() for purge in purges] == [1, 2]
        assert rows.asked == [
            ("one_time_tokens", clock.now() - timedelta(days=1), BATCH_SIZE),
            ("outbox", clock.now() - timedelta(days=7), BATCH_SIZE),
        ]
        assert [await purge() for purge in purges] == [0, 0]


class TestEveryPurge:
    @pytest.mark.parametrize("task", ["sessions", "tallies", "events", "one_time_tokens", "outbox"])
    async def test_claims_its_task(self, task: str) -> None:
        """Processes of several versions share the names of the tasks, which are rows of `fastauth_task`."""
        app = Application()
        purges = {
            "sessions": app.container.purge_sessions(),
            "tallies": app.container.purge_counters(),
            "events": app.container.purge_events(),
            "one_time_tokens": app.container.purge_one_time_tokens(),
            "outbox": app.container.purge_outbox(),
        }
        assert await purges[task]() == 0
        assert app.storage.begun_at == {task: app.clock.now()}
        app.storage.begun_at[task] = app.clock.now() - PURGE_INTERVAL / 2
        assert await purges[task]() == 0
        assert app.storage.begun_at == {task: app.clock.now() - PURGE_INTERVAL / 2}
