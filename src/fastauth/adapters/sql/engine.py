"""Connections to the database, and what they guarantee."""

import asyncio
import math
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Select,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, NullPool, PoolProxiedConnection
from sqlalchemy.util import await_only, greenlet_spawn

from fastauth.adapters.sql.failures import SchemaBehind, is_missing_table, storage_failures
from fastauth.adapters.sql.hasty import HastyConnection
from fastauth.adapters.sql.tables import REVISION, Instant

IDLE_BEFORE_CHECK = 0.1
"""Seconds a pooled connection may rest before it has to prove that it still lives.

A check costs a round trip (70 to 95 µs); under load no connection rests for so long."""

DEADLINE = 2.5
"""Seconds that one use of Postgres may take, from asking for a connection to giving it back.

Its limit for a statement is shorter, so that it is Postgres that ends a statement that is slow, and
the connection lives on. Only with a Postgres that does not answer at all the deadline ends both."""

PROBE_DEADLINE = 2.0
"""Seconds within which the database has to answer a probe."""

_LIMITS = "SET statement_timeout = '2s'; SET idle_in_transaction_session_timeout = '5s'"
"""What Postgres has to keep to. Statements, and no start-up options: a PgBouncer refuses those."""

_NO_LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"

_POSTGRES_ARGUMENTS: dict[str, Any] = {
    "async_creator_fn": HastyConnection.connect,
    "connect_timeout": 2,  # seconds; libpq's least
    "tcp_user_timeout": 5_000,  # milliseconds until a peer that does not answer counts as gone
}
_SQLITE_ARGUMENTS: dict[str, Any] = {"timeout": 5}  # seconds that a writer waits for another


_NOW: dict[str, Select[datetime]] = {
    "postgresql": select(func.clock_timestamp(type_=Instant)),
    "sqlite": select(func.strftime("%Y-%m-%d %H:%M:%f", "now", type_=Instant)),
}


class Statements(Protocol):
    """What runs statements: a connection, or what gets one for each."""

    @property
    def dialect(self) -> Dialect:
        """The database's own SQL."""

    async def execute(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        """Run one, and fetch all of its rows."""


class Connections(Protocol):
    """Where a repository gets its connection from: a transaction that has begun, or `SingleStatements`."""

    def connect(self) -> AbstractAsyncContextManager[Statements]:
        """Lend a connection for one statement."""


class SingleStatements:
    """Run each statement on a connection of its own, which is given up where that takes too long.

    SQLAlchemy enters a greenlet for each call of an asynchronous connection: to open it, to run the
    statement, to close it. Here one does it all.
    """

    def __init__(self, engine: Engine, *, deadline: float | None) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self._deadline = deadline

    def connect(self) -> AbstractAsyncContextManager[Statements]:
        """Lend itself: see `Connections`."""
        return nullcontext(self)

    async def execute(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        """See `Statements`."""
        async with asyncio.timeout(self._deadline):
            return await greenlet_spawn(self._execute, statement, parameters)

    def _execute(self, statement: Executable, parameters: Mapping[str, object] | None) -> CursorResult[Any]:
        with self.engine.connect() as connection:
            return connection.execute(statement, parameters)  # an asynchronous driver has fetched it all


class Transactions:
    """Lend connections for several statements, and give up those that are not back in time."""

    def __init__(self, engine: AsyncEngine, *, deadline: float | None) -> None:
        self._engine = engine
        self._deadline = deadline

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection on which nothing has begun."""
        async with asyncio.timeout(self._deadline), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection for one transaction, which is committed unless an error leaves it."""
        async with self.connect() as connection, connection.begin():
            yield connection


class Database:
    """The one database of the service, SQLite or Postgres."""

    def __init__(
        self, url: URL, *, pool_size: int = 10, prepared_statements: bool = True, deadline: float = DEADLINE
    ) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        in_memory = self.is_sqlite and url.database in (None, "", ":memory:")
        arguments = dict(_SQLITE_ARGUMENTS if self.is_sqlite else _POSTGRES_ARGUMENTS)
        if not (prepared_statements or self.is_sqlite):
            arguments["prepare_threshold"] = None
        common: dict[str, Any] = {
            "hide_parameters": True,  # SQLAlchemy's errors show them otherwise, hashes included
            # Most acts are a single statement. It costs to change a connection back and forth, so it is
            # transactions that ask for the change; and there is nothing to roll back behind the others.
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "connect_args": {name: value for name, value in arguments.items() if name not in url.query},
        }
        pooled = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1 if in_memory else pool_size,  # each connection would see a memory of its own
            max_overflow=0,
            pool_timeout=5 if self.is_sqlite else 1,  # seconds; writers of a file wait for each other
            pool_use_lifo=True,  # the fewer connections are busy, the fresher they are
            **common,
        )
        # A probe must not wait behind the requests whose trouble it is to report.
        self._probing = pooled if in_memory else create_async_engine(url, poolclass=NullPool, **common)
        for engine in {pooled, self._probing}:
            _adapt(engine.sync_engine, is_sqlite=self.is_sqlite)
        self.engine = pooled.execution_options(
            isolation_level="SERIALIZABLE" if self.is_sqlite else "READ COMMITTED"
        )
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        bound = None if self.is_sqlite else deadline  # a file is no peer that may fall silent
        self.transactions = Transactions(self.engine, deadline=bound)
        """For acts of several statements."""
        self.autocommit = SingleStatements(pooled.sync_engine, deadline=bound)
        """The same connections, for acts of a single one."""
        self.probes = SingleStatements(self._probing.sync_engine, deadline=PROBE_DEADLINE)
        """Connections apart from the pool."""

    async def check(self) -> None:
        """Return if the database answers in time and its schema is the one that this code needs.

        Raises:
            StorageUnavailable: It does not answer.
            SchemaBehind: Migrations are missing.
        """
        with storage_failures():
            if await self._revision() < REVISION:
                raise SchemaBehind

    async def _revision(self) -> str:
        try:
            found = await self.probes.execute(text("SELECT max(version_num) FROM alembic_version"))
        except DBAPIError as error:
            if error.connection_invalidated or not is_missing_table(error):
                raise
            return ""
        return str(found.scalar() or "")

    async def now(self) -> datetime:
        """Return what time it is by the database's clock, which decides nothing (ADR 0014).

        Raises:
            StorageUnavailable: It does not answer in time.
        """
        with storage_failures():
            now: datetime = (await self.probes.execute(_NOW[self.probes.dialect.name])).scalar_one()
            return now

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self._probing.dispose()


async def lift_limits(connection: AsyncConnection) -> None:
    """Let this transaction take as long as it likes."""
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql(_NO_LIMITS)


def _adapt(engine: Engine, *, is_sqlite: bool) -> None:
    if is_sqlite:
        event.listen(engine, "do_connect", _try_to_open)
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        event.listen(engine, "connect", _limit_postgres)
        _check_after_rest(engine)


def _try_to_open(
    _dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]
) -> None:
    """Fail here if the file cannot be opened: aiosqlite would leave a thread behind that fails later."""
    sqlite3.connect(*arguments, **options).close()


def _prepare_sqlite(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a loss of power
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: DBAPICursor) -> None:
    """Have readers and the one writer not wait for each other.

    A new file is switched once. Who waits for that inside of SQLite keeps a lock for which the
    writer waits in turn, until one of them gives up: so here it is asked again and again.
    """
    cursor.execute("PRAGMA busy_timeout")
    (milliseconds,) = cursor.fetchone() or (0,)
    cursor.execute("PRAGMA busy_timeout = 0")
    deadline = time.monotonic() + milliseconds / 1_000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            await_only(asyncio.sleep(0.01))
        else:
            break
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a reader that turns into a writer half-way cannot wait for it."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _limit_postgres(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(_LIMITS)
    cursor.close()


def _check_after_rest(engine: Engine) -> None:
    """Replace connections that died while they rested, so that no request has to find out."""

    def note_rest(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["resting_since"] = time.monotonic()

    def check(
        connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        if time.monotonic() - record.info.get("resting_since", math.inf) < IDLE_BEFORE_CHECK:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "checkin", note_rest)
    event.listen(engine, "checkout", check)
