"""The database: what its connections guarantee, and whether it is fit for use."""

from datetime import datetime
from typing import Any

from sqlalchemy import URL, Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from fastauth.adapters.sql.database import postgres, sqlite
from fastauth.adapters.sql.database.connection_limit import ConnectionLimit
from fastauth.adapters.sql.database.connections import (
    AutocommitConnections,
    Transactions,
)
from fastauth.adapters.sql.database.errors import (
    READ_ONLY_REASON,
    SchemaOutdated,
    grants,
    is_missing_table,
    translate_database_errors,
)
from fastauth.adapters.sql.database.postgres_connector import PostgresConnector
from fastauth.adapters.sql.database.revision import REVISION
from fastauth.adapters.sql.database.schema_check import CHECK
from fastauth.adapters.sql.database.server_state import STATE, ServerState, state_of
from fastauth.adapters.sql.database.session_settings import STATEMENT_SECONDS
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.domain.errors import StorageUnavailable

DEADLINE = 2.5
"""Seconds that one use of Postgres may take, from asking for a connection to giving it back.

Its limit for a statement is shorter, so that it is Postgres that ends a statement that is slow, and
the connection lives on. Only with a Postgres that does not answer at all the deadline ends both."""

PROBE_DEADLINE = 2.0
"""Seconds within which the database has to answer a probe."""

OPERATOR_DEADLINE = 60.0
"""Seconds that one use may take for a command: its reader waits, and a table may be read from end to end."""

START_DEADLINE = 10.0
"""Seconds within which the database has to answer at the start of a process, which nobody waits for."""

_NOW: dict[str, Select[datetime]] = {
    "postgresql": select(func.clock_timestamp(type_=UtcDateTime)),
    "sqlite": select(func.strftime("%Y-%m-%d %H:%M:%f", "now", type_=UtcDateTime)),
}


class Database:
    """The one database of the service, SQLite or Postgres."""

    def __init__(
        self,
        url: URL,
        *,
        pool_size: int = 10,
        prepared_statements: bool | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        in_memory = self.is_sqlite and url.database in (None, "", ":memory:")
        arguments = dict(sqlite.ARGUMENTS if self.is_sqlite else postgres.ARGUMENTS)
        self._limit = None if self.is_sqlite else ConnectionLimit(pool_size)
        connector = self._connector = PostgresConnector(
            limit=self._limit,
            prepared_statements=prepared_statements,
            statement_seconds=STATEMENT_SECONDS if deadline <= DEADLINE else deadline,
        )
        if not self.is_sqlite:
            arguments["async_creator_fn"] = connector.connect
        common: dict[str, Any] = {
            "hide_parameters": True,  # SQLAlchemy's errors show them otherwise, hashes included
            # Most acts are a single statement. It costs to change a connection back and forth, so it is
            # transactions that ask for the change; and there is nothing to roll back behind the others.
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "connect_args": {name: value for name, value in arguments.items() if name not in url.query},
        }
        unpooled = common if self.is_sqlite else {**common, "connect_args": {**common["connect_args"]}}
        if not self.is_sqlite:
            unpooled["connect_args"]["async_creator_fn"] = connector.connect_unpooled
        pooled = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1 if in_memory else pool_size,  # each connection would see a memory of its own
            max_overflow=0,
            pool_timeout=5 if self.is_sqlite else 1,  # seconds; writers of a file wait for each other
            pool_use_lifo=True,  # the fewer connections are busy, the fresher they are
            pool_recycle=-1 if self.is_sqlite else postgres.MAX_CONNECTION_SECONDS,
            **common,
        )
        # A probe must not wait behind the requests whose trouble it is to report, and whoever may ask for
        # one must not be able to open more than one connection. A file costs nothing to open again.
        self._apart = pooled if in_memory else create_async_engine(url, poolclass=NullPool, **unpooled)
        self._kept = self._apart
        if not self.is_sqlite:
            self._kept = create_async_engine(
                url, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0, **unpooled
            )
        for engine in {pooled, self._apart, self._kept}:
            if self.is_sqlite:
                sqlite.configure_engine(engine.sync_engine)
            else:
                postgres.configure_engine(engine.sync_engine, connector)
        self.engine = pooled.execution_options(
            isolation_level="SERIALIZABLE" if self.is_sqlite else "READ COMMITTED"
        )
        if self.is_sqlite:
            sqlite.begin_immediately(self.engine.sync_engine)
        bound = None if self.is_sqlite else deadline  # a file is no peer that may fall silent
        self.transactions = Transactions(self.engine, deadline=bound, limit=self._limit)
        """For acts of several statements."""
        transactional = self.engine.sync_engine
        self.autocommit = AutocommitConnections(
            pooled.sync_engine, transactional=transactional, deadline=bound, limit=self._limit
        )
        """The same connections, for acts that need no unit of work."""
        self.probes, self.unpooled = (
            AutocommitConnections(engine.sync_engine, transactional=transactional, deadline=PROBE_DEADLINE)
            for engine in (self._kept, self._apart)
        )
        """Apart from the pool: the one connection of probes, and a new one for each statement."""

    async def check(self, *, deadline: float = PROBE_DEADLINE) -> None:
        """Return if the database answers in time, its schema is new enough, and it may be written to.

        Raises:
            StorageUnavailable: It does not answer, takes no writes, or the role may not use the tables.
            SchemaOutdated: Migrations are missing.
        """
        with translate_database_errors():
            probes = self.probes.within(deadline)
            try:
                state = (await probes.execute_untranslated(CHECK[probes.dialect.name])).one()
            except DBAPIError as error:
                if error.connection_invalidated or not is_missing_table(error):
                    raise
                raise SchemaOutdated from None
            if str(state.revision or "") < REVISION:
                raise SchemaOutdated
            if state.read_only:
                await self._kept.dispose()  # another server may take writes by now
                raise StorageUnavailable(reason=READ_ONLY_REASON)
            if not state.granted:
                raise StorageUnavailable(reason=grants(role=state.role, schema=state.schema))

    async def now(self) -> datetime:
        """Return what time it is by the database's clock, which decides nothing (ADR 0014).

        Raises:
            StorageUnavailable: It does not answer in time.
        """
        now: datetime = (await self.unpooled.execute(_NOW[self.unpooled.dialect.name])).scalar_one()
        return now

    async def server(self) -> ServerState | None:
        """Return what PostgreSQL grants and promises; None on SQLite, which has no server.

        Raises:
            StorageUnavailable: It does not answer in time.
        """
        if self.is_sqlite:
            return None
        row = (await self.unpooled.execute(STATE)).one()
        return state_of(row, pooled=self._connector.pooled)

    async def close(self) -> None:
        """Close every connection."""
        if self._limit:
            self._limit.close()
        await self.engine.dispose()
        for engine in (self._apart, self._kept):
            await engine.dispose()
