"""The revocation feed over fakes: news at once, waiting, order of commits, pages, outages."""

import asyncio
import gc
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import cast

import pytest
from tests.contracts.revocations.revocations import RevocationsContract
from tests.fakes import (
    FakeClock,
    FakeExpiredRows,
    FakePasswordRepository,
    FakeRevocationLog,
    FakeRevocationReader,
    FakeRoleRepository,
    FakeSessionRepository,
    FakeStorage,
    FakeUserRepository,
)
from tests.port_calls import PortCalls

from fastauth.application.revocations.read_revocations import ReadRevocations, RevocationPage
from fastauth.application.revocations.recent_revocations import MEMORY_RETENTION, RecentRevocations
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.revocations.cursor import Cursor
from fastauth.domain.revocations.revocation import PAGE_SIZE, Revocation, RevocationKind

LIFETIME = timedelta(minutes=5)


class TestFakeRevocations(RevocationsContract):
    @pytest.fixture
    def storage(self) -> FakeStorage:
        return FakeStorage()

    @pytest.fixture
    def users(self, storage: FakeStorage) -> FakeUserRepository:
        return FakeUserRepository(storage)

    @pytest.fixture
    def passwords(self, storage: FakeStorage) -> FakePasswordRepository:
        return FakePasswordRepository(storage)

    @pytest.fixture
    def sessions(self, storage: FakeStorage) -> FakeSessionRepository:
        return FakeSessionRepository(storage)

    @pytest.fixture
    def roles(self, storage: FakeStorage) -> FakeRoleRepository:
        return FakeRoleRepository(storage)

    @pytest.fixture
    def log(self, storage: FakeStorage) -> FakeRevocationLog:
        return FakeRevocationLog(storage)

    @pytest.fixture
    def reader(self, storage: FakeStorage) -> FakeRevocationReader:
        return FakeRevocationReader(storage)

    @pytest.fixture
    def expired_rows(self, storage: FakeStorage) -> FakeExpiredRows:
        return FakeExpiredRows(storage)


@dataclass
class Feed:
    """One process that answers, whose sleep moves the clocks."""

    storage: FakeStorage = field(default_factory=FakeStorage)
    clock: FakeClock = field(default_factory=FakeClock)
    on_sleep: list[Revocation] = field(default_factory=list)
    """Committed while a request waits."""

    def __post_init__(self) -> None:
        self.started = self.clock.now()
        self.reader = FakeRevocationReader(self.storage)
        recent = RecentRevocations(
            reader=self.reader, clock=self.clock, monotonic=self.monotonic, sleep=self.sleep
        )
        self.read = ReadRevocations(
            recent=recent,
            reader=self.reader,
            token_lifetime=LIFETIME,
            clock=self.clock,
            monotonic=self.monotonic,
        )

    def monotonic(self) -> float:
        return (self.clock.now() - self.started).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        self.storage.revocations += self.on_sleep
        self.on_sleep.clear()

    def revoke(self, value: str, *, ago: float = 0) -> Revocation:
        at = self.clock.now() - timedelta(seconds=ago)
        revocation = Revocation(at, RevocationKind.USER, value)
        self.storage.revocations.append(revocation)
        return revocation

    async def ask(self, after: RevocationPage | None = None, *, wait: float = 0) -> RevocationPage:
        return await self.read(cursor=after.cursor.encode() if after else None, wait=wait)


@pytest.fixture
def feed() -> Feed:
    return Feed()


class TestNews:
    async def test_without_a_cursor_everything_that_still_matters(self, feed: Feed) -> None:
        matters = (LIFETIME + timedelta(seconds=60)).total_seconds()
        feed.revoke("over", ago=matters)
        revocation = feed.revoke("1", ago=matters - 1)
        page = await feed.ask()
        assert (page.revocations, page.more) == ([revocation], False)

    async def test_each_revocation_is_returned_once_by_one_process(self, feed: Feed) -> None:
        feed.revoke("1")
        page = await feed.ask()
        assert (await feed.ask(page)).revocations == []
        second = feed.revoke("2")
        assert (await feed.ask(page)).revocations == [second]

    async def test_late_commit_is_returned(self, feed: Feed) -> None:
        """Its time is before the last read, up to ten seconds."""
        page = await feed.ask()
        feed.clock.advance(seconds=1)
        late = feed.revoke("late", ago=9)
        page = await feed.ask(page)
        assert page.revocations == [late]
        assert (await feed.ask(page)).revocations == []

    async def test_another_process_repeats_ten_seconds(self, feed: Feed) -> None:
        feed.revoke("old", ago=10)
        recent = feed.revoke("recent", ago=9)
        page = await feed.ask()
        other = Feed(feed.storage, feed.clock)
        assert (await other.ask(page)).revocations == [recent]

    async def test_client_that_was_away_gets_what_it_missed(self, feed: Feed) -> None:
        page = await feed.ask()
        feed.clock.advance(minutes=2)
        missed = feed.revoke("missed", ago=100)
        page = await feed.ask(page)
        assert page.revocations == [missed]
        assert (await feed.ask(page)).revocations == []

    async def test_clock_that_was_set_back_repeats_nothing(self, feed: Feed) -> None:
        for _ in range(3):
            page = await feed.ask()
        feed.revoke("1")
        feed.clock.advance(seconds=1)
        assert len((await feed.ask(page)).revocations) == 1
        feed.clock.advance(seconds=-30)
        page = await feed.ask()
        assert (await feed.ask(page)).revocations == []

    async def test_cursor_names_the_process_and_counts_its_reads(self, feed: Feed) -> None:
        first, second = (await feed.ask()).cursor, (await feed.ask()).cursor
        assert (len(first.reader), first.number) == (8, 0)
        assert second == Cursor(first.reader, 1, feed.clock.now())

    async def test_cursors_that_cannot_be_used_are_as_none(self, feed: Feed) -> None:
        revocation = feed.revoke("1")
        future = Cursor(b"12345678", 0, feed.clock.now() + timedelta(seconds=11)).encode()
        for cursor in (None, "AAAA", future):
            assert (await feed.read(cursor=cursor, wait=0)).revocations == [revocation]

    async def test_cursor_of_a_clock_ten_seconds_ahead_is_used(self, feed: Feed) -> None:
        feed.revoke("1")
        ahead = Cursor(b"12345678", 0, feed.clock.now() + timedelta(seconds=10)).encode()
        assert (await feed.read(cursor=ahead, wait=0)).revocations == []

    async def test_memory_is_empty_before_the_first_read(self, feed: Feed) -> None:
        assert feed.read.recent.news_since(Cursor(b"12345678", 0, feed.clock.now())) is None


class TestReads:
    async def test_begin_ten_seconds_before_the_last_or_seventy_before_now(self) -> None:
        """After a pause of more than what is in memory, and after the clock was set back."""
        storage, clock = FakeStorage(), FakeClock()
        reader = PortCalls(FakeRevocationReader(storage))
        recent = RecentRevocations(
            reader=cast("FakeRevocationReader", reader), clock=clock, monotonic=count().__next__
        )
        await recent.next_read()
        for pause, begins in (
            (timedelta(0), timedelta(seconds=-10)),
            (timedelta(seconds=1), timedelta(seconds=-11)),
            (
                MEMORY_RETENTION - timedelta(microseconds=1),
                -MEMORY_RETENTION - timedelta(seconds=10, microseconds=-1),
            ),
            (MEMORY_RETENTION, -MEMORY_RETENTION),
            (timedelta(days=1), -MEMORY_RETENTION),
            (timedelta(microseconds=-1), -MEMORY_RETENTION),
        ):
            clock.advance(pause)
            await recent.next_read()
            assert reader.made[-1] == ("read", (), {"since": clock.now() + begins}), pause

    async def test_of_the_database_are_for_one_page(self, feed: Feed) -> None:
        page_reads = PortCalls(feed.reader)
        read = replace(feed.read, reader=cast("FakeRevocationReader", page_reads))
        revocations = [feed.revoke(f"{number:05}", ago=1) for number in range(PAGE_SIZE)]
        page = await read(cursor=None, wait=0)
        assert (page.revocations, page.more) == (revocations, False)
        since = feed.clock.now() - LIFETIME - timedelta(seconds=60)
        wanted = {"since": since, "after": None, "limit": PAGE_SIZE + 1}
        assert page_reads.made == [("read", (), wanted)]

    async def test_are_a_quarter_of_a_second_apart(self, feed: Feed) -> None:
        """Whatever the monotonic clock shows; after a pause there is no wait."""
        feed.clock.advance(minutes=1)
        waits = [(await feed.ask()).waited for _ in range(2)]
        feed.clock.advance(seconds=0.25)
        waits.append((await feed.ask()).waited)
        assert waits == [0, 0.25, 0]
        page = await feed.ask()
        feed.clock.advance(minutes=1)
        assert (await feed.ask(page)).waited == 0
        assert (await feed.ask(page)).waited == 0.25

    async def test_that_fail_after_all_requests_were_cancelled_are_handled(self, feed: Feed) -> None:
        """Else asyncio writes the error into the log."""
        begun, end = asyncio.Event(), asyncio.Event()

        async def fail(**_: object) -> list[Revocation]:
            begun.set()
            await end.wait()
            raise StorageUnavailable

        unhandled: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
        feed.reader.read = fail  # type: ignore[method-assign]  # the same signature
        leaving = asyncio.create_task(feed.ask())
        await begun.wait()
        leaving.cancel()
        await asyncio.wait([leaving])
        end.set()
        for _ in range(5):
            await asyncio.sleep(0)
        del leaving
        gc.collect()
        assert unhandled == []


class TestWaiting:
    async def test_without_news_it_waits_a_second(self, feed: Feed) -> None:
        page = await feed.ask(await feed.ask(), wait=1)
        assert page.revocations == []
        assert 0.75 < page.waited <= 1
        assert feed.reader.reads <= 6

    async def test_news_end_the_wait(self, feed: Feed) -> None:
        page = await feed.ask()
        new = Revocation(feed.clock.now(), RevocationKind.USER, "1")
        feed.on_sleep.append(new)
        page = await feed.ask(page, wait=1)
        assert page.revocations == [new]
        assert page.waited <= 0.25

    async def test_requests_share_reads(self, feed: Feed) -> None:
        page = await feed.ask()
        before = feed.reader.reads
        await asyncio.gather(*(feed.ask(page, wait=1) for _ in range(50)))
        assert feed.reader.reads - before <= 5

    async def test_read_that_is_under_way_does_not_answer_a_later_request(self, feed: Feed) -> None:
        """It may have missed what was committed before the request arrived."""
        begun, end = asyncio.Event(), asyncio.Event()
        read = feed.reader.read

        async def slow_read(**wanted: object) -> list[Revocation]:
            found = await read(**wanted)  # type: ignore[arg-type]  # those of the port
            begun.set()
            await end.wait()
            return found

        page = await feed.ask()
        feed.reader.read = slow_read  # type: ignore[method-assign]  # the same signature
        first = asyncio.create_task(feed.ask(page))
        await begun.wait()
        new = feed.revoke("1")
        second = asyncio.create_task(feed.ask(page))
        await asyncio.sleep(0)
        end.set()
        await first
        assert (await second).revocations == [new]

    async def test_cancelled_request_does_not_cancel_the_read_of_others(self, feed: Feed) -> None:
        page = await feed.ask()
        leaving, staying = (asyncio.create_task(feed.ask(page, wait=1)) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        assert (await staying).revocations == []


class TestPages:
    async def test_many_revocations_come_in_pages_and_then_none(self, feed: Feed) -> None:
        expected = sorted(
            feed.revoke(f"{number:05}", ago=number / 100) for number in range(2 * PAGE_SIZE + 1)
        )
        page = await feed.ask()
        found = list(page.revocations)
        while page.more:
            page = await feed.ask(page)
            found += page.revocations
        assert found == expected
        assert (await feed.ask(page)).revocations == []

    async def test_what_is_committed_between_pages_is_returned(self, feed: Feed) -> None:
        for number in range(PAGE_SIZE + 1):
            feed.revoke(f"{number:05}", ago=1)
        page = await feed.ask()
        behind = feed.revoke("behind", ago=5)
        page = await feed.ask(page)
        assert not page.more
        assert behind in (await feed.ask(page)).revocations

    async def test_burst_beyond_a_page_is_returned_to_a_client_with_a_cursor(self, feed: Feed) -> None:
        page = await feed.ask()
        expected = {feed.revoke(f"{number:05}") for number in range(PAGE_SIZE + 5)}
        found = set()
        while True:
            page = await feed.ask(page)
            found.update(page.revocations)
            if not page.more:
                break
        assert found == expected


async def test_outage_is_an_error_and_then_over(feed: Feed) -> None:
    page = await feed.ask()
    read = feed.reader.read

    async def fail(**_: object) -> list[Revocation]:
        raise StorageUnavailable

    feed.reader.read = fail  # type: ignore[method-assign]  # the same signature
    with pytest.raises(StorageUnavailable):
        await feed.ask(page, wait=1)
    feed.reader.read = read  # type: ignore[method-assign]  # as before
    missed = feed.revoke("1")
    assert (await feed.ask(page)).revocations == [missed]
