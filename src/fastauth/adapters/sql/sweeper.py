"""Removes rows that are over."""

from datetime import datetime

from sqlalchemy import ColumnElement, Delete, Table, bindparam, delete, or_, select, text

from fastauth.adapters.sql.engine import Transactions
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.tables import Instant, session, tally

_LOCK = 0x73776570  # "swep": nobody else's advisory lock of this database

_SINCE = bindparam("over_since", type_=Instant)


def _sweep(table: Table, over: ColumnElement[bool]) -> Delete:
    (key,) = table.primary_key.columns
    return delete(table).where(key.in_(select(key).where(over).limit(bindparam("at_most"))))


_SWEEPS = (
    _sweep(session, or_(session.c.refresh_expires_at < _SINCE, session.c.ended_at < _SINCE)),
    _sweep(tally, tally.c.until < _SINCE),
)


class SqlSweeper:
    """See `fastauth.domain.ports.Sweeper`."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def sweep(self, *, over_since: datetime, at_most: int) -> int:
        """Delete some rows of each table, if no other process does just now."""
        values = {"over_since": over_since, "at_most": at_most}
        with storage_failures():
            async with self._transactions.begin() as connection:
                if connection.dialect.name == "postgresql":
                    lock = text("SELECT pg_try_advisory_xact_lock(:lock)")
                    if not await connection.scalar(lock, {"lock": _LOCK}):
                        return 0
                return sum([(await connection.execute(sweep, values)).rowcount for sweep in _SWEEPS])
