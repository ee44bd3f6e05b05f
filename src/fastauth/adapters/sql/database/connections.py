"""How repositories run statements: each on a pooled connection, or all in one transaction.

Errors of the database are translated here, so repositories see only those of the domain.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from fastauth.adapters.sql.database.errors import translate_database_errors
from fastauth.adapters.sql.database.sqlalchemy_internals import greenlet_spawn

if TYPE_CHECKING:
    from fastauth.adapters.sql.database.connection_limit import ConnectionLimit

Result = TypeVar("Result")

WRITES = "writes"
"""Execution option of a SELECT that writes, in a common table expression."""


class Connections(Protocol):
    """Runs the statements of a repository: `AutocommitConnections`, or a `TransactionConnection`.

    Both methods raise `StorageUnavailable` if the database does not do its work; see
    `translate_database_errors`.
    """

    @property
    def dialect(self) -> Dialect:
        """The SQL dialect of the database."""

    async def execute(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        """Run one statement and return its result, with all rows already fetched."""

    async def run_in_transaction(self, work: Callable[[Connection], Result]) -> Result:
        """Return what `work` returns; its statements are committed together or not at all."""


class AutocommitConnections:
    """Run each statement, or each transaction, on a pooled connection within `deadline` seconds.

    SQLAlchemy's AsyncConnection switches to a greenlet three times for one statement: to open the
    connection, to run the statement, and to close it. Here one switch does all three.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        transactional: Engine,
        deadline: float | None,
        limit: "ConnectionLimit | None" = None,
    ) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self._transactional = transactional
        self._deadline = deadline
        self._limit = limit

    def within(self, deadline: float) -> "AutocommitConnections":
        """Return the same connections with another deadline."""
        return AutocommitConnections(
            self.engine, transactional=self._transactional, deadline=deadline, limit=self._limit
        )

    async def execute(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        """See `Connections`."""
        with translate_database_errors():
            return await self.execute_untranslated(statement, parameters)

    async def execute_untranslated(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        """Run one statement, and leave errors as SQLAlchemy raises them."""
        writes = not statement.is_select or WRITES in statement.get_execution_options()
        return await self._run(self._execute, statement, parameters, writes=writes)

    async def run_in_transaction(self, work: Callable[[Connection], Result]) -> Result:
        """See `Connections`."""
        with translate_database_errors():
            return await self._run(self._run_in_transaction, work, writes=True)

    async def _run(self, function: Callable[..., Result], *arguments: object, writes: bool) -> Result:
        async with asyncio.timeout(self._deadline):
            if self._limit is None:
                return await greenlet_spawn(function, *arguments)
            await self._limit.acquire(writes=writes)
            try:
                return await greenlet_spawn(function, *arguments)
            finally:
                self._limit.release(writes=writes)

    def _execute(self, statement: Executable, parameters: Mapping[str, object] | None) -> CursorResult[Any]:
        with self.engine.connect() as connection:
            return connection.execute(statement, parameters)  # asynchronous drivers have fetched all rows

    def _run_in_transaction(self, work: Callable[[Connection], Result]) -> Result:
        with self._transactional.begin() as connection:
            return work(connection)


class TransactionConnection:
    """Run every statement in one open transaction: see `Connections`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.dialect = connection.dialect

    async def execute(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        """See `Connections`."""
        with translate_database_errors():
            return await self._connection.execute(statement, parameters)

    async def run_in_transaction(self, work: Callable[[Connection], Result]) -> Result:
        """Return what `work` returns; it is committed with the rest of this transaction."""
        with translate_database_errors():
            return await self._connection.run_sync(work)

    async def commit(self) -> None:
        """Commit the transaction."""
        with translate_database_errors():
            await self._connection.commit()


class Transactions:
    """Begin transactions of several statements; each must end within `deadline` seconds."""

    def __init__(
        self, engine: AsyncEngine, *, deadline: float | None, limit: "ConnectionLimit | None"
    ) -> None:
        self._engine = engine
        self._deadline = deadline
        self._limit = limit

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[TransactionConnection]:
        """Begin a transaction on a connection of its own; roll back what is not committed."""
        with translate_database_errors():
            async with asyncio.timeout(self._deadline):
                if self._limit is not None:
                    await self._limit.acquire(writes=True)
                try:
                    async with self._engine.connect() as connection:
                        await connection.begin()
                        try:
                            yield TransactionConnection(connection)
                        finally:
                            await connection.rollback()  # within the deadline as well
                finally:
                    if self._limit is not None:
                        self._limit.release(writes=True)
