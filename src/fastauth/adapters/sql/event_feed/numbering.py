"""See `fastauth.domain.event_feed.ports.EventNumbering`."""

from datetime import datetime

from sqlalchemy import BigInteger, Connection, bindparam, exists, func, select, text, update

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.events.tables import IS_UNNUMBERED, event, event_feed

_is_unnumbered = text(IS_UNNUMBERED)
_IS_WAITING = select(exists(select(event.c.id).where(_is_unnumbered)))
_OLDEST = select(event.c.at).where(_is_unnumbered).order_by(event.c.id).limit(1)
_LOCK = select(event_feed.c.last_seq).with_for_update(skip_locked=True)

_picked = (
    select(event.c.id)
    .where(_is_unnumbered)
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
    """

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def number(self, *, limit: int) -> int:
        """Look first, which costs one statement; then lock, number and store the last number."""
        if not (await self._connections.execute(_IS_WAITING)).scalar_one():
            return 0

        def work(connection: Connection) -> int:
            # A statement of its own: the next one sees what the process that had the lock has committed.
            last_seq = connection.execute(_LOCK).scalar_one_or_none()
            if last_seq is None:
                return 0
            numbered = connection.execute(_NUMBER, {"max_rows": limit, "last_seq": last_seq}).rowcount
            connection.execute(_STORE_LAST, {"numbered": numbered})
            return numbered

        return await self._connections.run_in_transaction(work)

    async def oldest_unnumbered(self) -> datetime | None:
        """Read the first entry of the partial index."""
        oldest: datetime | None = (await self._connections.execute(_OLDEST)).scalar_one_or_none()
        return oldest
