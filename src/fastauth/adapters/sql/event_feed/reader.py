"""See `fastauth.domain.event_feed.ports.EventFeed`."""

from typing import Any

from sqlalchemy import BigInteger, Row, ScalarSelect, bindparam, select, true

from fastauth.adapters.sql.audit.trail import event_of
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.events.tables import HAS_NUMBER, event, event_feed
from fastauth.domain.event_feed.ports import WINDOW, FeedPage, FeedPlace
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType, event_types

_AFTER = bindparam("after_seq", type_=BigInteger)


def _at(*, behind: int) -> ScalarSelect[Any]:
    """Return the time of the event that has the number ``after_seq`` + `behind`."""
    return select(event.c.at).where(HAS_NUMBER, event.c.seq == _AFTER + behind).scalar_subquery()


_COLUMNS = ("seq", "id", "at", "kind", "user_id", "session_id", "name_digest", "detail")
_events = (
    select(*(event.c[name] for name in _COLUMNS))
    .where(
        HAS_NUMBER,
        event.c.seq > _AFTER,
        event.c.seq <= _AFTER + WINDOW,
        event.c.kind.in_(bindparam("kinds", expanding=True)),
    )
    .order_by(event.c.seq)
    .limit(bindparam("max_rows"))
    .subquery("page")
)
_READ = (
    select(
        event_feed.c.last_seq,
        _at(behind=0).label("start_at"),
        _at(behind=1).label("next_at"),
        *_events.c,
    )
    .select_from(event_feed.outerjoin(_events, true()))
    .order_by(_events.c.seq)
)
_LAST = select(event_feed.c.last_seq, event.c.at).select_from(
    event_feed.outerjoin(event, HAS_NUMBER & (event.c.seq == event_feed.c.last_seq))
)
_TIME = select(event.c.at).where(HAS_NUMBER, event.c.seq == _AFTER)


class SqlEventFeed:
    """Reads by the index of the numbers, in one snapshot with the last number."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def last(self) -> FeedPlace:
        """Read the last number and its event."""
        row = (await self._connections.execute(_LAST)).one()
        return FeedPlace(row.last_seq, row.at)

    async def read(
        self, *, after: int, limit: int, types: frozenset[PublishedType] | None = None
    ) -> FeedPage:
        """Run one statement, and another one if the page ends at an event that it does not have."""
        kinds = [each.value for each in event_types(types)]
        values = {"after_seq": after, "kinds": kinds, "max_rows": limit}
        rows = (await self._connections.execute(_READ, values)).all()
        last: int = rows[0].last_seq
        found = [row for row in rows if row.seq is not None]
        start = FeedPlace(after, rows[0].start_at)
        if len(found) == limit:
            end = FeedPlace(found[-1].seq, found[-1].at)
        else:
            end = await self._place(min(after + WINDOW, max(after, last)), start, found)
        return FeedPage(
            events=tuple(PublishedEvent.of(event_of(row), seq=row.seq, number=row.id) for row in found),
            end=end,
            last=last,
            start=start,
            next_at=rows[0].next_at,
        )

    async def _place(self, seq: int, start: FeedPlace, found: list[Row[Any]]) -> FeedPlace:
        if seq == start.seq:
            return start
        if found and found[-1].seq == seq:
            return FeedPlace(seq, found[-1].at)
        return FeedPlace(
            seq, (await self._connections.execute(_TIME, {"after_seq": seq})).scalar_one_or_none()
        )
