"""Transactions."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from fastauth.adapters.sql.connections import Statements, Transactions
from fastauth.adapters.sql.events import Scribe, SqlEventLog
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.sessions import SqlSessionRepository
from fastauth.adapters.sql.tallies import SqlTallyRepository
from fastauth.adapters.sql.users import SqlUserRepository
from fastauth.domain.ports import EventLog, SessionRepository, TallyRepository, UserRepository

Result = TypeVar("Result")


class SqlUnitOfWork:
    """See `fastauth.domain.ports.UnitOfWork`."""

    def __init__(self, *, transactions: Transactions, scribe: Scribe) -> None:
        self._transactions = transactions
        self._scribe = scribe

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["SqlTransaction"]:
        """Begin a transaction on a connection of its own, and roll back what is not committed."""
        with storage_failures():
            async with self._transactions.connect() as connection:
                await connection.begin()
                try:
                    yield SqlTransaction(connection, self._scribe)
                finally:
                    await connection.rollback()  # within the deadline, which holds for no later one


class SqlTransaction:
    """See `fastauth.domain.ports.Transaction`."""

    users: UserRepository
    sessions: SessionRepository
    tallies: TallyRepository
    events: EventLog

    def __init__(self, connection: AsyncConnection, scribe: Scribe) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.users = SqlUserRepository(connections=self, scribe=scribe)
        self.sessions = SqlSessionRepository(connections=self, scribe=scribe)
        self.tallies = SqlTallyRepository(connections=self)
        self.events = SqlEventLog(connections=self, scribe=scribe)

    def connect(self) -> AbstractAsyncContextManager[Statements]:
        """Lend the transaction's connection, and take it back without closing it."""
        return nullcontext(self._connection)

    async def together(self, act: Callable[[Connection], Result]) -> Result:
        """Do it within this transaction."""
        return await self._connection.run_sync(act)

    async def commit(self) -> None:
        """Commit."""
        with storage_failures():
            await self._connection.commit()
