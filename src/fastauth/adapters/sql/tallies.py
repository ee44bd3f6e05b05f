"""Tallies in the table ``tally``."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Insert, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from fastauth.adapters.sql.engine import Transactions
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.tables import tally
from fastauth.domain.throttling import Tally, TallyKey


def _lock(insert: Callable[..., postgresql.Insert | sqlite.Insert]) -> Insert:
    """Return the statement that makes the rows that are missing, and locks and reads them all.

    A row that is there is updated to what it is: that locks it as well as one that was just made.
    """
    made = insert(tally)
    return made.on_conflict_do_update(index_elements=["key"], set_={"key": made.excluded.key}).returning(
        tally
    )


_LOCK = {"postgresql": _lock(postgresql.insert), "sqlite": _lock(sqlite.insert)}
_WRITE = (
    update(tally)
    .where(tally.c.key == bindparam("of"))
    .values(attempts=bindparam("now_attempts"), until=bindparam("now_until"))
)


class SqlTallyRepository:
    """See `fastauth.domain.ports.TallyRepository`."""

    def __init__(self, *, transactions: Transactions) -> None:
        self._transactions = transactions

    async def change(
        self, keys: tuple[TallyKey, ...], decide: Callable[..., tuple[Tally, ...]], *, now: datetime
    ) -> None:
        """Lock the rows, always in the order of their keys: so no two wait for each other."""
        new = Tally()
        made = [{"key": key, "attempts": new.attempts, "until": new.until} for key in sorted(keys)]
        with storage_failures():
            async with self._transactions.begin() as connection:
                rows = await connection.execute(_LOCK[connection.dialect.name], made)
                known = {row.key: Tally(row.attempts, row.until).remembered(now) for row in rows}
                changed = zip(keys, decide(*(known[key] for key in keys)), strict=True)
                await connection.execute(
                    _WRITE,
                    [{"of": key, "now_attempts": t.attempts, "now_until": t.until} for key, t in changed],
                )
