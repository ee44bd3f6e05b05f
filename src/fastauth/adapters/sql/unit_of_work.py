"""Units of work: each begins one transaction."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastauth.adapters.sql.database.connections import Transactions
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.transaction import SqlTransaction
from fastauth.domain.secret_box import SecretBox


class SqlUnitOfWork:
    """See `fastauth.domain.unit_of_work.UnitOfWork`."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        audit_columns: AuditColumns,
        box: SecretBox,
        wake_relay: Callable[[], object] = lambda: None,
    ) -> None:
        self._transactions = transactions
        self._audit_columns = audit_columns
        self._box = box
        self._wake_relay = wake_relay

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[SqlTransaction]:
        """Begin a transaction on a connection of its own, and roll back what is not committed."""
        async with self._transactions.begin() as connection:
            transaction = SqlTransaction(connection, self._audit_columns, self._box)
            yield transaction
        if transaction.has_committed_entries:
            self._wake_relay()
