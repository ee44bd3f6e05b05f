"""The database of the service: its engines and deadlines, and the check that it can be used."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import URL, Select, func, select
from sqlalchemy.exc import DBAPIError

from fastauth.adapters.sql.database.connections import (
    AutocommitConnections,
    Transactions,
)
from fastauth.adapters.sql.database.engines import sqlite_engines
from fastauth.adapters.sql.database.errors import (
    READ_ONLY_REASON,
    SchemaOutdated,
    is_missing_table,
    missing_privileges,
    translate_database_errors,
)
from fastauth.adapters.sql.database.revision import REVISION
from fastauth.adapters.sql.database.schema_check import CHECK
from fastauth.adapters.sql.database.server_state import STATE, ServerState, state_of
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    from fastauth.adapters.sql.database.postgres_engines import PostgresServer

DEADLINE = 2.5
"""Seconds for one statement or transaction on PostgreSQL, the wait for a connection included.

``statement_timeout`` is shorter, so PostgreSQL itself ends a slow statement and the connection stays
usable. The deadline closes the connection; it matters if PostgreSQL does not answer at all."""

PROBE_DEADLINE = 2.0
"""Seconds for a readiness probe."""

OPERATOR_DEADLINE = 60.0
"""Seconds for a statement of a command line tool, which may read a whole table."""

START_DEADLINE = 10.0
"""Seconds for the check at the start of a process, for which no client waits."""

_NOW: dict[str, Select[datetime]] = {
    "postgresql": select(func.clock_timestamp(type_=UtcDateTime)),
    "sqlite": select(func.strftime("%Y-%m-%d %H:%M:%f", "now", type_=UtcDateTime)),
}


class Database:
    """The database of the service, SQLite or PostgreSQL."""

    def __init__(
        self,
        url: URL,
        *,
        pool_size: int = 10,
        prepared_statements: bool | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self._postgres: PostgresServer | None = None
        if self.is_sqlite:
            self._engines = sqlite_engines(url, pool_size=pool_size)
        else:
            self._postgres = _postgres(
                url, pool_size, prepared_statements=prepared_statements, deadline=deadline
            )
            self._engines = self._postgres.engines
        limit = self._postgres.limit if self._postgres else None
        self.engine = self._engines.transactional
        seconds = None if self.is_sqlite else deadline  # a SQLite file needs no deadline: there is no peer
        self.transactions = Transactions(self.engine, deadline=seconds, limit=limit)
        """For transactions of several statements."""
        transactional = self.engine.sync_engine
        self.autocommit = AutocommitConnections(
            self._engines.pooled.sync_engine, transactional=transactional, deadline=seconds, limit=limit
        )
        """For single statements, on the same pool."""
        self.probes, self.unpooled = (
            AutocommitConnections(engine.sync_engine, transactional=transactional, deadline=PROBE_DEADLINE)
            for engine in (self._engines.probes, self._engines.unpooled)
        )
        """Outside the pool: one connection for probes, and a new connection for each statement."""

    async def check(self, *, deadline: float = PROBE_DEADLINE) -> None:
        """Check that the database answers, has all migrations, and can be written to by the role.

        Raises:
            StorageUnavailable: It does not answer in time, is read-only, or the role lacks privileges.
            SchemaOutdated: Migrations are pending.
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
                await self._engines.probes.dispose()  # reconnect: another server may be the primary by now
                raise StorageUnavailable(reason=READ_ONLY_REASON)
            if not state.granted:
                raise StorageUnavailable(reason=missing_privileges(role=state.role, schema=state.schema))

    async def now(self) -> datetime:
        """Return the time of the database's clock. It is only compared with ours (ADR 0014).

        Raises:
            StorageUnavailable: The database does not answer in time.
        """
        now: datetime = (await self.unpooled.execute(_NOW[self.unpooled.dialect.name])).scalar_one()
        return now

    async def server(self) -> ServerState | None:
        """Return the state of the PostgreSQL server; ``None`` for SQLite.

        Raises:
            StorageUnavailable: The server does not answer in time.
        """
        if not self._postgres:
            return None
        row = (await self.unpooled.execute(STATE)).one()
        return state_of(row, pooled=self._postgres.connector.pooled)

    async def close(self) -> None:
        """Close all connections."""
        if self._postgres:
            self._postgres.limit.close()
        await self._engines.dispose()


def _postgres(
    url: URL, pool_size: int, *, prepared_statements: bool | None, deadline: float
) -> "PostgresServer":
    from fastauth.adapters.sql.database.postgres_engines import postgres_server  # noqa: PLC0415  only for it

    return postgres_server(
        url,
        pool_size=pool_size,
        prepared_statements=prepared_statements,
        statement_seconds=None if deadline <= DEADLINE else deadline,
    )
