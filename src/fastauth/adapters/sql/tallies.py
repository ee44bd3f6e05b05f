"""Tallies in the table ``tally``."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Insert, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from fastauth.adapters.sql.connections import Connections
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.tables import tally
from fastauth.domain import counting
from fastauth.domain.counting import Counted, Hit, Refund
from fastauth.domain.throttling import Tally, TallyKey

Result = TypeVar("Result")


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

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> Counted:
        """Lock the rows, count, and write them."""

        def act(found: dict[TallyKey, Tally]) -> tuple[Counted, Sequence[Tally]]:
            return counting.count(hits, list(found.values()), now)

        return await self._change(tuple(hit.key for hit in hits), act, now=now)

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        """Lock the rows, give back, and write them."""

        def act(found: dict[TallyKey, Tally]) -> tuple[None, Sequence[Tally]]:
            return None, list(counting.refund(refunds, found, now).values())

        await self._change(counting.keys_of(refunds), act, now=now)

    async def _change(
        self,
        keys: tuple[TallyKey, ...],
        decide: Callable[[dict[TallyKey, Tally]], tuple[Result, Sequence[Tally]]],
        *,
        now: datetime,
    ) -> Result:
        """Lock the rows, always in the order of their keys: so no two wait for each other."""
        new = Tally()
        made = [{"key": key, "attempts": new.attempts, "until": new.until} for key in sorted(keys)]

        def act(connection: Connection) -> Result:
            rows = connection.execute(_LOCK[connection.dialect.name], made)
            known = {row.key: Tally(row.attempts, row.until).remembered(now) for row in rows}
            result, changed = decide({key: known[key] for key in keys})
            connection.execute(
                _WRITE,
                [
                    {"of": key, "now_attempts": t.attempts, "now_until": t.until}
                    for key, t in zip(keys, changed, strict=True)
                ],
            )
            return result

        with storage_failures():
            return await self._connections.together(act)
