"""Deadlines towards an unresponsive or slow database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import psycopg
import pytest
from faults.proxy import Proxy
from sqlalchemy import event, make_url, text
from sqlalchemy.engine.interfaces import DBAPICursor
from tests.builders import a_name, a_new_user, a_username
from tests.harness.databases import AUDIT_COLUMNS, unit_of_work, username_key_of
from tests.harness.postgres import PostgresServer
from tests.harness.processes import wait_until

from fastauth.adapters.sql import Database, SqlUserRepository, migrate
from fastauth.adapters.sql.database.migrate import LOCK
from fastauth.adapters.sql.transaction import SqlTransaction
from fastauth.domain.errors import StorageUnavailable

DEADLINE = 0.5  # seconds; by default it is longer
SHORT = 0.1  # seconds, for what never ends in time
MAX_SECONDS = 60.0  # for what takes a second; without the deadline psycopg would wait for longer


@pytest.fixture
def line(postgres: PostgresServer) -> Iterator[Proxy]:
    """A proxy between the service and the database."""
    with Proxy(make_url(postgres.url).port or 5432) as proxy:
        yield proxy


@pytest.fixture
async def database(line: Proxy, postgres: PostgresServer) -> AsyncIterator[Database]:
    url = make_url(postgres.url).set(drivername="postgresql+psycopg", host="127.0.0.1", port=line.port)
    url = url.update_query_dict({"application_name": a_name(), "connect_timeout": "600"})
    database = Database(url, pool_size=2, deadline=DEADLINE)
    await migrate(database, username_key_of=username_key_of)
    yield database
    line.resume()
    await database.close()


@pytest.fixture
def users(database: Database) -> SqlUserRepository:
    return SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)


@pytest.fixture
def unavailable(database: Database) -> SqlUserRepository:
    return SqlUserRepository(connections=database.autocommit.within(SHORT), audit_columns=AUDIT_COLUMNS)


def begin(database: Database) -> AbstractAsyncContextManager[SqlTransaction]:
    return unit_of_work(database).begin()


async def add(users: SqlUserRepository) -> None:
    await users.add(a_new_user())


async def assert_unavailable_in_time(act: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(MAX_SECONDS):
        with pytest.raises(StorageUnavailable):
            await act()


class TestUnresponsiveDatabase:
    async def test_statement_on_an_open_connection_is_aborted(
        self, database: Database, unavailable: SqlUserRepository, line: Proxy
    ) -> None:
        line.stall()
        await assert_unavailable_in_time(lambda: add(unavailable))

    async def test_new_connection_is_aborted(
        self, database: Database, unavailable: SqlUserRepository, line: Proxy
    ) -> None:
        await database.close()
        line.stall()
        await assert_unavailable_in_time(lambda: add(unavailable))

    async def test_commit_is_aborted(self, database: Database, line: Proxy) -> None:
        async def act() -> None:
            async with unit_of_work(database).begin() as transaction:
                await transaction.users.find(a_username())
                line.stall()
                await transaction.commit()

        await assert_unavailable_in_time(act)

    async def test_rollback_is_aborted(self, database: Database, line: Proxy) -> None:
        async def act() -> None:
            async with unit_of_work(database).begin() as transaction:
                await transaction.users.find(a_username())
                line.stall()
                raise LookupError

        async with asyncio.timeout(MAX_SECONDS):
            with pytest.raises((StorageUnavailable, LookupError)):
                await act()

    async def test_aborted_connections_leave_the_pool_intact(
        self, database: Database, users: SqlUserRepository, line: Proxy, postgres: PostgresServer
    ) -> None:
        line.stall()
        for _ in range(2):
            answers = await asyncio.gather(*(add(users) for _ in range(8)), return_exceptions=True)
            assert {type(answer) for answer in answers} == {StorageUnavailable}
        line.resume()
        await retry_until_available(lambda: add(users))
        await asyncio.gather(*(retry_until_available(lambda: add(users)) for _ in range(20)))
        assert database.engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of this pool
        wait_until(
            lambda: connections_of(database, postgres) <= 2, "connections stay open", deadline=MAX_SECONDS
        )

    async def test_probe_reports_it(self, database: Database, line: Proxy) -> None:
        line.stall()
        await assert_unavailable_in_time(lambda: database.check(deadline=SHORT))


class TestSlowDatabase:
    async def test_sessions_have_timeouts(self, database: Database, postgres: PostgresServer) -> None:
        settings = [
            (await database.autocommit.within(MAX_SECONDS).execute(text(f"SHOW {name}"))).scalar()
            for name in ("statement_timeout", "idle_in_transaction_session_timeout")
        ]
        assert settings == ["2s", "5s"]

    async def test_exhausted_pool_is_unavailable(
        self, database: Database, unavailable: SqlUserRepository
    ) -> None:
        async with database.engine.connect(), database.engine.connect():
            await assert_unavailable_in_time(lambda: add(unavailable))

    async def test_idle_transaction_is_ended(self, database: Database, postgres: PostgresServer) -> None:
        async def act() -> None:
            async with unit_of_work(database).begin() as transaction:
                await transaction.connection.execute(text("SET idle_in_transaction_session_timeout = '1ms'"))
                wait_for_no_connection_of(database, postgres)
                await transaction.users.find(a_username())

        await database.close()
        await assert_unavailable_in_time(act)

    async def test_migration_has_neither_statement_timeout_nor_deadline(
        self, database: Database, postgres: PostgresServer
    ) -> None:
        timeouts: list[str] = []

        def note_timeout(_: object, cursor: DBAPICursor, statement: str, *__: object) -> None:
            if "pg_advisory_xact_lock" in statement:
                cursor.execute("SHOW statement_timeout")
                timeouts.extend(cursor.fetchone() or ())

        async with await psycopg.AsyncConnection.connect(postgres.url) as another:
            await another.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            event.listen(database.engine.sync_engine, "before_cursor_execute", note_timeout)
            migration = asyncio.create_task(migrate(database, username_key_of=username_key_of))
            await another.execute("SELECT pg_sleep(%s)", [DEADLINE + SHORT])
        await migration
        assert timeouts == ["0"]


async def retry_until_available(act: Callable[[], Awaitable[None]]) -> None:
    """Repeat until the server has finished the abandoned statements."""
    async with asyncio.timeout(MAX_SECONDS):
        while True:
            try:
                return await act()
            except StorageUnavailable:
                await asyncio.sleep(0.01)


def connections_of(database: Database, postgres: PostgresServer) -> int:
    """Return the number of connections on the server."""
    name = database.engine.url.query["application_name"]
    with psycopg.connect(postgres.url) as connection:
        count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
        (number,) = connection.execute(count, [name]).fetchone() or (0,)
        return int(number)


def wait_for_no_connection_of(database: Database, postgres: PostgresServer) -> None:
    wait_until(lambda: not connections_of(database, postgres), "connections stay open", deadline=MAX_SECONDS)
