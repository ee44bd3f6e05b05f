"""Transactions."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from fastauth.adapters.sql.accounts.users import SqlUserRepository
from fastauth.adapters.sql.audit.event_log import SqlEventLog
from fastauth.adapters.sql.database.connections import Statements, Transactions
from fastauth.adapters.sql.database.errors import translate_database_errors
from fastauth.adapters.sql.events.event_context import AuditColumns
from fastauth.adapters.sql.rate_limits.repository import SqlCounterRepository
from fastauth.adapters.sql.sessions.repository import SqlSessionRepository
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.sessions.ports import SessionRepository

Result = TypeVar("Result")


class SqlUnitOfWork:
    """See `fastauth.domain.unit_of_work.UnitOfWork`."""

    def __init__(self, *, transactions: Transactions, audit_columns: AuditColumns) -> None:
        self._transactions = transactions
        self._audit_columns = audit_columns

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["SqlTransaction"]:
        """Begin a transaction on a connection of its own, and roll back what is not committed."""
        with translate_database_errors():
            async with self._transactions.connect() as connection:
                await connection.begin()
                try:
                    yield SqlTransaction(connection, self._audit_columns)
                finally:
                    await connection.rollback()  # within the deadline, which holds for no later one


class SqlTransaction:
    """See `fastauth.domain.unit_of_work.Transaction`."""

    users: UserRepository
    sessions: SessionRepository
    counters: CounterRepository
    events: EventLog

    def __init__(self, connection: AsyncConnection, audit_columns: AuditColumns) -> None:
        self._connection = connection
        self.dialect = connection.dialect
        self.users = SqlUserRepository(connections=self, audit_columns=audit_columns)
        self.sessions = SqlSessionRepository(connections=self, audit_columns=audit_columns)
        self.counters = SqlCounterRepository(connections=self)
        self.events = SqlEventLog(connections=self, audit_columns=audit_columns)

    def connect(self) -> AbstractAsyncContextManager[Statements]:
        """Lend the transaction's connection, and take it back without closing it."""
        return nullcontext(self._connection)

    async def run_in_transaction(self, act: Callable[[Connection], Result]) -> Result:
        """Do it within this transaction."""
        return await self._connection.run_sync(act)

    async def commit(self) -> None:
        """Commit."""
        with translate_database_errors():
            await self._connection.commit()
