"""See `fastauth.domain.administration.event_search.EventSearch`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, literal_column, select, true, tuple_, union_all

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.audit.trail import entry_of
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.events.stored_names import stored_names
from fastauth.adapters.sql.events.tables import event
from fastauth.domain.administration.event_search import MAX_EXAMINED_EVENTS, EventPlace, FoundEvents
from fastauth.domain.audit.trail import AuditFilter

_NEWEST_FIRST = (event.c.at.desc(), event.c.id.desc())


class SqlEventSearch:
    """Reads a bounded range of an index by time, and leaves out events of other types."""

    def __init__(self, *, connections: Connections, examined: int = MAX_EXAMINED_EVENTS) -> None:
        self._connections = connections
        self._examined = examined

    async def page(self, wanted: AuditFilter, *, before: EventPlace | None, limit: int) -> FoundEvents:
        """Run one statement; a second one if the first has left out so many that the page is not full."""
        number = self._examined if wanted.type else limit + 1
        ahead = _candidates(wanted, before, number=number).subquery("ahead")
        order = (ahead.c.at.desc(), ahead.c.id.desc())
        is_wanted = ahead.c.kind.in_(stored_names(wanted.type)) if wanted.type else true()
        kept = select(ahead.c.id).where(is_wanted).order_by(*order).limit(limit + 1).subquery("kept")
        statement = (
            select(event, user_info.c.username)
            .join(kept, kept.c.id == event.c.id)
            .outerjoin(user_info, user_info.c.id == event.c.user_id)
            .order_by(*_NEWEST_FIRST)
        )
        rows = (await self._connections.execute(statement)).all()
        shown = rows[:limit]
        following = _place(shown[-1]) if len(rows) > limit else None
        if wanted.type and following is None:
            last = select(ahead.c.at, ahead.c.id).order_by(*order).offset(number - 1).limit(1)
            row = (await self._connections.execute(last)).one_or_none()
            following = _place(row) if row else None
        return FoundEvents(entries=tuple(map(entry_of, shown)), next=following)


def _candidates(wanted: AuditFilter, before: EventPlace | None, *, number: int) -> Select[Any]:
    """Return ``at``, ``id`` and ``kind`` of the next `number` events of an account, or of all.

    Failed log-ins with its username have no account: they are in another index. Each index is read alone.
    """
    maximum: ColumnElement[int] = literal_column(str(number))
    found = select(event.c.at, event.c.id, event.c.kind).order_by(*_NEWEST_FIRST).limit(maximum)
    if wanted.since:
        found = found.where(event.c.at >= wanted.since)
    if wanted.until:
        found = found.where(event.c.at < wanted.until)
    if before:
        place = tuple_(literal(before.occurred_at, event.c.at.type), literal(before.id))
        found = found.where(tuple_(event.c.at, event.c.id) < place)
    parts = [found.where(condition) for condition in _subjects(wanted)] or [found]
    if len(parts) == 1:
        return parts[0]
    both = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(both).order_by(both.c.at.desc(), both.c.id.desc()).limit(maximum)


def _subjects(wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.user_id is not None:
        yield event.c.user_id == wanted.user_id
    for digest in wanted.username_digests:
        yield event.c.name_digest == digest


def _place(row: Row[Any]) -> EventPlace:
    return EventPlace(row.at, row.id)
