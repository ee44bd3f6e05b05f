"""The timeouts of PostgreSQL in transactions that may take long."""

from sqlalchemy.ext.asyncio import AsyncConnection

_NO_TIMEOUTS = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"


async def disable_timeouts(transaction: AsyncConnection) -> None:
    """Disable the timeouts of statements and idleness in this transaction; SQLite has none."""
    if transaction.dialect.name == "postgresql":
        await transaction.exec_driver_sql(_NO_TIMEOUTS)
