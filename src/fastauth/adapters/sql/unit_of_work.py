"""Transactions."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from sqlalchemy.ext.asyncio import AsyncConnection

from fastauth.adapters.sql.engine import Statements, Transactions
from fastauth.adapters.sql.events import SqlEventLog
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.sessions import SqlSessionRepository
from fastauth.adapters.sql.users import SqlUserRepository
from fastauth.domain.ports import EventLog, SessionRepository, UserRepository


class SqlUnitOfWork:
    """See `fastauth.domain.ports.UnitOfWork`."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["SqlTransaction"]:
        """Begin a transaction on a connection of its own, and roll back what is not committed."""
        with storage_failures():
            async with self._transactions.connect() as connection:
                await connection.begin()
                try:
                    yield SqlTransaction(connection)
                finally:
                    await connection.rollback()  # within the deadline, which holds for no later one


class SqlTransaction:
    """See `fastauth.domain.ports.Transaction`."""

    users: UserRepository
    sessions: SessionRepository
    events: EventLog

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.users = SqlUserRepository(connections=self)
        self.sessions = SqlSessionRepository(connections=self)
        self.events = SqlEventLog(connections=self)

    def connect(self) -> AbstractAsyncContextManager[Statements]:
        """Lend the transaction's connection, and take it back without closing it."""
        return nullcontext(self._connection)

    async def commit(self) -> None:
        """Commit."""
        with storage_failures():
            await self._connection.commit()
