"""Transactions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from fastauth.adapters.sql.accounts.users import SqlUserRepository
from fastauth.adapters.sql.audit.event_log import SqlEventLog
from fastauth.adapters.sql.database.connections import TransactionConnection, Transactions
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.one_time_tokens.repository import SqlOneTimeTokenRepository
from fastauth.adapters.sql.rate_limits.repository import SqlCounterRepository
from fastauth.adapters.sql.sessions.repository import SqlSessionRepository
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.outbox.ports import Outbox
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.sessions.ports import SessionRepository


class SqlUnitOfWork:
    """See `fastauth.domain.unit_of_work.UnitOfWork`."""

    def __init__(self, *, transactions: Transactions, audit_columns: AuditColumns) -> None:
        self._transactions = transactions
        self._audit_columns = audit_columns

    @asynccontextmanager
    async def begin(self) -> AsyncIterator["SqlTransaction"]:
        """Begin a transaction on a connection of its own, and roll back what is not committed."""
        async with self._transactions.begin() as connection:
            yield SqlTransaction(connection, self._audit_columns)


class SqlTransaction:
    """See `fastauth.domain.unit_of_work.Transaction`. A repository is built when it is first used."""

    outbox: Outbox

    def __init__(self, connection: TransactionConnection, audit_columns: AuditColumns) -> None:
        self.connection = connection
        self._audit_columns = audit_columns

    @cached_property
    def users(self) -> UserRepository:
        """Accounts."""
        return SqlUserRepository(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def sessions(self) -> SessionRepository:
        """Sessions."""
        return SqlSessionRepository(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def counters(self) -> CounterRepository:
        """Counters of rate limits."""
        return SqlCounterRepository(connections=self.connection)

    @cached_property
    def events(self) -> EventLog:
        """The audit trail."""
        return SqlEventLog(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def one_time_tokens(self) -> OneTimeTokenRepository:
        """One-time tokens."""
        return SqlOneTimeTokenRepository(connections=self.connection)

    async def commit(self) -> None:
        """Commit."""
        await self.connection.commit()
