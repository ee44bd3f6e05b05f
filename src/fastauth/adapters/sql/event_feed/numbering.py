"""See `fastauth.domain.event_feed.ports.EventNumbering`."""

import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import BigInteger, Connection, bindparam, exists, func, select, text, update

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.events.tables import HAS_NUMBER, IS_UNNUMBERED, event, event_feed

FULL_LOOK_SECONDS = 60.0
"""How often a process looks at all ids. Transactions take less, so few events are found only then."""

_is_unnumbered = text(IS_UNNUMBERED)
_is_above = event.c.id > bindparam("floor", type_=BigInteger)
_IS_WAITING = select(exists(select(event.c.id).where(_is_unnumbered, _is_above)))
_LAST_ID = select(event.c.id).where(
    HAS_NUMBER, event.c.seq == select(event_feed.c.last_seq).scalar_subquery()
)
_OLDEST = select(event.c.at).where(_is_unnumbered).order_by(event.c.id).limit(1)
_LOCK = select(event_feed.c.last_seq).with_for_update(skip_locked=True)

_picked = (
    select(event.c.id)
    .where(_is_unnumbered, _is_above)
    .order_by(event.c.id)
    .limit(bindparam("max_rows"))
    .with_for_update()  # so that none is deleted between this and the update: numbers have no gap
    .subquery("picked")
)
_place = select(_picked.c.id, func.row_number().over(order_by=_picked.c.id).label("place")).subquery(
    "numbered"
)
_NUMBER = (
    update(event)
    .where(event.c.id == _place.c.id)
    .values(seq=bindparam("last_seq", type_=BigInteger) + _place.c.place)
)
_STORE_LAST = update(event_feed).values(last_seq=event_feed.c.last_seq + bindparam("numbered"))


class SqlEventNumbering:
    """Numbers committed events in a transaction of its own, which locks the row of the last number.

    Ids are given before the commit, so a reader by id would skip what commits late. Numbers are given after
    it, one batch after the other: a transaction that sees a number sees all lower ones. The acts on one
    account exclude each other until they commit, so the order of their ids is the order of their commits.

    While any transaction keeps an old snapshot, PostgreSQL keeps the index entries of numbered
    events. So a look begins at a floor: the last id that had a number a minute ago or two.
    """

    def __init__(self, *, connections: Connections, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._connections = connections
        self._monotonic = monotonic
        self._floor = self._next_floor = 0
        self._next_full_look = float("-inf")

    async def number(self, *, limit: int) -> int:
        """Look first, which costs one statement; then lock, number and store the last number."""
        floor = await self._current_floor()
        if not (await self._connections.execute(_IS_WAITING, {"floor": floor})).scalar_one():
            return 0

        def work(connection: Connection) -> int:
            # A statement of its own: the next one sees what the process that had the lock has committed.
            last_seq = connection.execute(_LOCK).scalar_one_or_none()
            if last_seq is None:
                return 0
            values = {"max_rows": limit, "last_seq": last_seq, "floor": floor}
            numbered = connection.execute(_NUMBER, values).rowcount
            connection.execute(_STORE_LAST, {"numbered": numbered})
            return numbered

        return await self._connections.run_in_transaction(work)

    async def _current_floor(self) -> int:
        """Return the id above which to look; 0 once in `FULL_LOOK_SECONDS`, which also raises the floor."""
        now = self._monotonic()
        if now < self._next_full_look:
            return self._floor
        last_id = (await self._connections.execute(_LAST_ID)).scalar_one_or_none()
        self._next_full_look = now + FULL_LOOK_SECONDS
        self._floor, self._next_floor = self._next_floor, last_id or 0
        return 0

    async def oldest_unnumbered(self) -> datetime | None:
        """Read the first entry of the partial index."""
        oldest: datetime | None = (await self._connections.execute(_OLDEST)).scalar_one_or_none()
        return oldest
