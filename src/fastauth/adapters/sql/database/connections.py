"""How repositories get connections, and how long they may keep them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import greenlet_spawn

from fastauth.adapters.sql.database.connection_limit import ConnectionLimit

Result = TypeVar("Result")

WRITES = "writes"
"""The execution option of a SELECT that writes, in a common table expression."""


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
    """Where a repository gets connections: a transaction that has begun, or `AutocommitConnections`."""

    @property
    def dialect(self) -> Dialect:
        """The database's own SQL."""

    def connect(self) -> AbstractAsyncContextManager[Statements]:
        """Lend a connection for one statement."""

    async def run_in_transaction(self, act: Callable[[Connection], Result]) -> Result:
        """Return what `act` returns, whose statements stand or fall together."""


class AutocommitConnections:
    """Run each act on a connection of its own, which is given up where that takes too long.

    SQLAlchemy enters a greenlet for each call of an asynchronous connection: to open it, to run the
    statement, to close it. Here one does it all.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        transactional: Engine,
        deadline: float | None,
        places: ConnectionLimit | None = None,
    ) -> None:
        self.engine = engine
        self.dialect = engine.dialect
        self._transactional = transactional
        self._deadline = deadline
        self._places = places

    def within(self, deadline: float) -> "AutocommitConnections":
        """Return the same with another deadline."""
        return AutocommitConnections(
            self.engine, transactional=self._transactional, deadline=deadline, places=self._places
        )

    def connect(self) -> AbstractAsyncContextManager[Statements]:
        """Lend itself: see `Connections`."""
        return nullcontext(self)

    async def execute(
        self, statement: Executable, parameters: Mapping[str, object] | None = None, /
    ) -> CursorResult[Any]:
        """See `Statements`."""
        async with asyncio.timeout(self._deadline):
            if self._places is None:
                return await greenlet_spawn(self._execute, statement, parameters)
            writes = not (statement.is_select and WRITES not in statement.get_execution_options())
            await self._places.enter(writes=writes)
            try:
                return await greenlet_spawn(self._execute, statement, parameters)
            finally:
                self._places.leave(writes=writes)

    async def run_in_transaction(self, act: Callable[[Connection], Result]) -> Result:
        """See `Connections`."""
        async with asyncio.timeout(self._deadline):
            if self._places is None:
                return await greenlet_spawn(self._run_in_transaction, act)
            await self._places.enter(writes=True)
            try:
                return await greenlet_spawn(self._run_in_transaction, act)
            finally:
                self._places.leave(writes=True)

    def _run_in_transaction(self, act: Callable[[Connection], Result]) -> Result:
        with self._transactional.begin() as connection:
            return act(connection)

    def _execute(self, statement: Executable, parameters: Mapping[str, object] | None) -> CursorResult[Any]:
        with self.engine.connect() as connection:
            return connection.execute(statement, parameters)  # an asynchronous driver has fetched it all


class Transactions:
    """Lend connections for several statements, and give up those that are not back in time."""

    def __init__(
        self, engine: AsyncEngine, *, deadline: float | None, places: ConnectionLimit | None
    ) -> None:
        self._engine = engine
        self._deadline = deadline
        self._places = places

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """Lend a connection on which nothing has begun."""
        async with asyncio.timeout(self._deadline):
            if self._places is not None:
                await self._places.enter(writes=True)
            try:
                async with self._engine.connect() as connection:
                    yield connection
            finally:
                if self._places is not None:
                    self._places.leave(writes=True)
