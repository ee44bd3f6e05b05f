"""No request waits for long for a database, whatever that does."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager

import psycopg
import pytest
from faults.proxy import Proxy
from sqlalchemy import make_url, text
from tests.builders import a_full_name, a_name, a_password_hash, a_username
from tests.harness.postgres import PostgresServer
from tests.integration.conftest import AUDIT_COLUMNS, username_key_of

from fastauth.adapters.sql import Database, SqlUnitOfWork, SqlUserRepository, migrate
from fastauth.adapters.sql.database.migrate import LOCK
from fastauth.adapters.sql.unit_of_work import SqlTransaction
from fastauth.domain.errors import StorageUnavailable

DEADLINE = 0.5  # seconds; by default it is longer
LONGEST = 8.0  # seconds; psycopg by itself would take ten


@pytest.fixture
def line(postgres: PostgresServer) -> Iterator[Proxy]:
    """The line to the database."""
    with Proxy(make_url(postgres.url).port or 5432) as proxy:
        yield proxy


@pytest.fixture
async def database(line: Proxy, postgres: PostgresServer) -> AsyncIterator[Database]:
    url = make_url(postgres.url).set(drivername="postgresql+psycopg", host="127.0.0.1", port=line.port)
    database = Database(url.update_query_dict({"application_name": a_name()}), pool_size=2, deadline=DEADLINE)
    await migrate(database, username_key_of=username_key_of)
    yield database
    line.resume()
    await database.close()


@pytest.fixture
def users(database: Database) -> SqlUserRepository:
    return SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)


def begin(database: Database) -> AbstractAsyncContextManager[SqlTransaction]:
    return SqlUnitOfWork(transactions=database.transactions, audit_columns=AUDIT_COLUMNS).begin()


async def add(users: SqlUserRepository) -> None:
    await users.add(username=a_username(a_name()), fullname=a_full_name(), password_hash=a_password_hash())


async def refused_in_time(act: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(LONGEST):
        with pytest.raises(StorageUnavailable):
            await act()


class TestDatabaseThatNeverAnswers:
    async def test_holds_up_nobody_who_is_connected(
        self, database: Database, users: SqlUserRepository, line: Proxy
    ) -> None:
        line.stall()
        await refused_in_time(lambda: add(users))

    async def test_holds_up_nobody_who_connects(
        self, database: Database, users: SqlUserRepository, line: Proxy
    ) -> None:
        await database.close()
        line.stall()
        await refused_in_time(lambda: add(users))

    async def test_holds_up_nobody_in_the_middle_of_a_transaction(
        self, database: Database, line: Proxy
    ) -> None:
        async def act() -> None:
            async with SqlUnitOfWork(
                transactions=database.transactions, audit_columns=AUDIT_COLUMNS
            ).begin() as transaction:
                await transaction.users.find(a_username())
                line.stall()
                await transaction.commit()

        await refused_in_time(act)

    async def test_holds_up_nobody_who_changes_their_mind(self, database: Database, line: Proxy) -> None:
        async def act() -> None:
            async with SqlUnitOfWork(
                transactions=database.transactions, audit_columns=AUDIT_COLUMNS
            ).begin() as transaction:
                await transaction.users.find(a_username())
                line.stall()
                raise LookupError

        async with asyncio.timeout(LONGEST):
            with pytest.raises((StorageUnavailable, LookupError)):
                await act()

    async def test_costs_no_connection(
        self, database: Database, users: SqlUserRepository, line: Proxy, postgres: PostgresServer
    ) -> None:
        line.stall()
        for _ in range(2):
            answers = await asyncio.gather(*(add(users) for _ in range(8)), return_exceptions=True)
            assert {type(answer) for answer in answers} == {StorageUnavailable}
        line.resume()
        await until_it_is_done(lambda: add(users))
        await asyncio.gather(*(until_it_is_done(lambda: add(users)) for _ in range(20)))
        assert database.engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of this pool
        assert connections_of(database, postgres) <= 2

    async def test_is_told_of_by_the_probe(self, database: Database, line: Proxy) -> None:
        line.stall()
        await refused_in_time(database.check)


class TestDatabaseThatIsSlow:
    async def test_is_told_to_stop(self, database: Database, postgres: PostgresServer) -> None:
        settings = [
            (await database.autocommit.execute(text(f"SHOW {name}"))).scalar()
            for name in ("statement_timeout", "idle_in_transaction_session_timeout")
        ]
        assert settings == ["2s", "5s"]

    async def test_refuses_whom_it_has_no_connection_for(
        self, database: Database, users: SqlUserRepository
    ) -> None:
        async with database.engine.connect(), database.engine.connect():
            await refused_in_time(lambda: add(users))

    async def test_ends_a_transaction_that_nobody_goes_on_with(
        self, database: Database, postgres: PostgresServer
    ) -> None:
        async def act() -> None:
            async with SqlUnitOfWork(
                transactions=database.transactions, audit_columns=AUDIT_COLUMNS
            ).begin() as transaction:
                await transaction.connection.execute(text("SET idle_in_transaction_session_timeout = '1ms'"))
                wait_for_no_connection_of(database, postgres)
                await transaction.users.find(a_username())

        await database.close()
        await refused_in_time(act)

    async def test_may_take_its_time_to_migrate(self, database: Database, postgres: PostgresServer) -> None:
        async with await psycopg.AsyncConnection.connect(postgres.url) as another:
            await another.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            migration = asyncio.create_task(migrate(database, username_key_of=username_key_of))
            await another.execute("SELECT pg_sleep(2.2)")  # longer than any other statement may take
        await migration


async def until_it_is_done(act: Callable[[], Awaitable[None]]) -> None:
    """Try again until the server has let go of what was given up on."""
    async with asyncio.timeout(LONGEST):
        while True:
            try:
                return await act()
            except StorageUnavailable:
                await asyncio.sleep(0.01)


def connections_of(database: Database, postgres: PostgresServer) -> int:
    """Return how many connections the server knows of."""
    name = database.engine.url.query["application_name"]
    with psycopg.connect(postgres.url) as connection:
        count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
        (number,) = connection.execute(count, [name]).fetchone() or (0,)
        return int(number)


def wait_for_no_connection_of(database: Database, postgres: PostgresServer) -> None:
    deadline = time.monotonic() + LONGEST
    while connections_of(database, postgres):
        assert time.monotonic() < deadline
        time.sleep(0.01)
