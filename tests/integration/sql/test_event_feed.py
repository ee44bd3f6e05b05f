"""The event feed on real transactions: late commits, killed processes, two at once, and the indexes."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event
from tests.builders import a_new_user
from tests.harness.databases import AUDIT_COLUMNS, connect

from fastauth.adapters.sql import Database, SqlEventFeed, SqlEventLog, SqlEventNumbering, SqlUserRepository
from fastauth.adapters.sql.event_feed.numbering import FULL_LOOK_SECONDS
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType

INSERT = "INSERT INTO event (at, kind, user_id) VALUES (now(), 'user_disabled', %s)"
NUMBER = "UPDATE event SET seq = (SELECT last_seq + 1 FROM event_feed)"


@dataclass
class Feed:
    database: Database
    url: str

    def __post_init__(self) -> None:
        connections = self.database.autocommit
        self.log = SqlEventLog(connections=connections, audit_columns=AUDIT_COLUMNS)
        self.numbering = SqlEventNumbering(connections=connections)
        self.reader = SqlEventFeed(connections=connections)

    async def record(self, user: int, event_type: EventType = EventType.USER_DISABLED) -> None:
        await self.log.record(Event(type=event_type, occurred_at=datetime.now(UTC), user_id=UserId(user)))

    async def number(self) -> int:
        return await self.numbering.number(limit=500)

    async def subjects(self, after: int = 0) -> list[str]:
        page = await self.reader.read(after=after, limit=500)
        return [each.subject for each in page.events]


@pytest.fixture
async def postgres_feed(postgres_url: str) -> AsyncIterator[Feed]:
    database = connect(postgres_url)
    yield Feed(database, postgres_url)
    await database.close()


@pytest.fixture
async def feed(database_url: str) -> AsyncIterator[Feed]:
    database = connect(database_url)
    yield Feed(database, database_url)
    await database.close()


class TestOrder:
    async def test_event_that_is_committed_late_is_published_late(self, postgres_feed: Feed) -> None:
        """It has the lowest id. A reader of ids would never see it."""
        with psycopg.connect(postgres_feed.url) as late:
            late.execute(INSERT, [1])
            await postgres_feed.record(2)
            assert await postgres_feed.number() == 1
            assert await postgres_feed.subjects() == ["2"]
            late.commit()
        assert await postgres_feed.number() == 1
        assert await postgres_feed.subjects() == ["2", "1"]
        assert await postgres_feed.subjects(after=1) == ["1"]

    async def test_foreign_transaction_does_not_stop_the_feed(self, postgres_feed: Feed) -> None:
        with psycopg.connect(postgres_feed.url) as foreign:
            foreign.execute("CREATE TEMPORARY TABLE foreign_rows (number int)")
            foreign.execute("DECLARE snapshot CURSOR FOR SELECT id FROM event")
            for user in range(3):
                await postgres_feed.record(user)
                assert await postgres_feed.number() == 1
            assert await postgres_feed.subjects() == ["0", "1", "2"]


class TestFloor:
    """A look begins at the ids of a minute ago: entries below would be read again and again."""

    async def test_event_below_is_found_once_a_minute(self, postgres_feed: Feed) -> None:
        now = iter(FULL_LOOK_SECONDS * minutes for minutes in (0, 1, 2, 2.5, 3))
        numbering = SqlEventNumbering(
            connections=postgres_feed.database.autocommit, monotonic=lambda: next(now)
        )
        with psycopg.connect(postgres_feed.url) as late:
            late.execute(INSERT, [1])
            await postgres_feed.record(2)
            assert [await numbering.number(limit=500) for _ in range(3)] == [1, 0, 0]
            late.commit()
        await postgres_feed.record(3)
        assert await numbering.number(limit=500) == 1
        assert await postgres_feed.subjects() == ["2", "3"]
        assert await numbering.number(limit=500) == 1
        assert await postgres_feed.subjects() == ["2", "3", "1"]


class TestNumbering:
    async def test_does_not_wait_for_another_process(self, postgres_feed: Feed) -> None:
        await postgres_feed.record(1)
        with psycopg.connect(postgres_feed.url) as other:
            other.execute("SELECT last_seq FROM event_feed FOR UPDATE")
            assert await postgres_feed.number() == 0
            other.rollback()
        assert await postgres_feed.number() == 1

    async def test_process_that_dies_leaves_nothing_behind(self, postgres_feed: Feed) -> None:
        await postgres_feed.record(1)
        dying = psycopg.connect(postgres_feed.url)
        dying.execute("SELECT last_seq FROM event_feed FOR UPDATE")
        dying.execute(NUMBER)
        assert await postgres_feed.number() == 0
        assert await postgres_feed.subjects() == []
        dying.pgconn.finish()  # the connection breaks, as when the process is killed
        async with asyncio.timeout(60):
            while not await postgres_feed.number():
                pass  # PostgreSQL notices it in a moment
        assert (await postgres_feed.reader.last()).seq == 1
        assert await postgres_feed.subjects() == ["1"]

    async def test_two_processes_and_many_writers_give_each_event_one_number(self, feed: Feed) -> None:
        """Each writer records one event after the other, and the feed has them in this order."""
        second = connect(feed.url)
        numberings = (feed.numbering, SqlEventNumbering(connections=second.autocommit))
        users = SqlUserRepository(connections=feed.database.autocommit, audit_columns=AUDIT_COLUMNS)
        written = asyncio.Event()

        async def number(numbering: SqlEventNumbering) -> None:
            while not written.is_set():
                await numbering.number(limit=3)

        async def write() -> str:
            user = await users.add(a_new_user())
            for event_type in (EventType.USER_DISABLED, EventType.USER_ENABLED, EventType.USER_RENAMED):
                await feed.record(user.id, event_type)
            return str(user.id)

        try:
            async with asyncio.TaskGroup() as group:
                for each in numberings:
                    group.create_task(number(each))
                subjects = await asyncio.gather(*(write() for _ in range(8)))
                written.set()
            while await feed.number():
                pass
        finally:
            await second.close()
        page = await feed.reader.read(after=0, limit=500)
        assert [each.seq for each in page.events] == list(range(1, 33))
        assert len({each.id for each in page.events}) == 32
        wanted = ["user.registered", "user.disabled", "user.enabled", "user.renamed"]
        for subject in subjects:
            assert [each.type.value for each in page.events if each.subject == subject] == wanted


class TestIndexes:
    async def test_no_statement_reads_the_whole_audit_trail(self, feed: Feed) -> None:
        sent: list[tuple[str, Any]] = []

        def note(
            _connection: object, _cursor: object, statement: str, parameters: object, *_: object
        ) -> None:
            sent.append((statement, parameters))

        for user in range(3):
            await feed.record(user)
        for engine in (feed.database.autocommit.engine, feed.database.engine.sync_engine):
            event.listen(engine, "before_cursor_execute", note)
        assert await feed.numbering.oldest_unnumbered()
        assert await feed.number() == 3
        assert await feed.subjects(after=1) == ["1", "2"]
        assert (await feed.reader.last()).seq == 3
        statements = [each for each in sent if re.search(r"FROM event\b|UPDATE event ", each[0])]
        assert len(statements) >= 5
        for statement, parameters in statements:
            plan = await self.plan_of(feed, statement, parameters)
            assert re.search(r"event_unnumbered|event_seq", plan), plan
            assert not re.search(r"Seq Scan on event\b|SCAN event(?! USING)\b(?!_)", plan), plan

    @staticmethod
    async def plan_of(feed: Feed, statement: str, parameters: Any) -> str:  # noqa: ANN401  those of the driver
        """Return the plan; PostgreSQL would read a small table as a whole, if it were free to."""

        def explain(connection: Connection) -> str:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
                return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return "\n".join(row.detail for row in rows)

        return await feed.database.autocommit.run_in_transaction(explain)
