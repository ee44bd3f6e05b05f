"""Reads the audit trail in the table ``event``."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, false, or_, select

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.events.stored_names import parse_actor, parse_event_type, stored_names
from fastauth.adapters.sql.events.tables import event
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventSource, UsernameDigest
from fastauth.domain.audit.trail import AuditEntry, AuditFilter
from fastauth.domain.sessions.session import SessionId

_NEWEST_FIRST = (
    select(event, user_info.c.username)
    .outerjoin(user_info, user_info.c.id == event.c.user_id)
    .order_by(event.c.at.desc(), event.c.id.desc())
)


class SqlAuditTrail:
    """See `fastauth.domain.audit.ports.AuditTrail`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def page(self, criteria: AuditFilter, *, before: AuditEntry | None, limit: int) -> list[AuditEntry]:
        """Read the page that follows the entry `before`, newest first."""
        page = _NEWEST_FIRST.where(*_conditions(criteria, before)).limit(limit)
        return [entry_of(row) for row in await self._connections.execute(page)]


def _conditions(criteria: AuditFilter, before: AuditEntry | None) -> Iterator[ColumnElement[bool]]:
    if criteria.user_id is not None or criteria.username_digests:
        is_by_user = event.c.user_id == criteria.user_id if criteria.user_id is not None else false()
        yield or_(is_by_user, event.c.name_digest.in_(criteria.username_digests))
    if criteria.type:
        yield event.c.kind.in_(stored_names(criteria.type))
    if criteria.since:
        yield event.c.at >= criteria.since
    if criteria.until:
        yield event.c.at < criteria.until
    if before:
        at = before.event.occurred_at
        yield or_(event.c.at < at, and_(event.c.at == at, event.c.id < before.id))


def event_of(row: Row[Any]) -> Event:
    """Return the event of a row of the table ``event``."""
    return Event(
        type=parse_event_type(row.kind),
        occurred_at=row.at,
        user_id=None if row.user_id is None else UserId(row.user_id),
        session_id=None if row.session_id is None else SessionId(row.session_id),
        username_digest=None if row.name_digest is None else UsernameDigest(row.name_digest),
        detail=row.detail,
    )


def _source(row: Row[Any]) -> EventSource:
    return EventSource(
        parse_actor(row.actor),
        row.address,
        actor_id=None if row.actor_id is None else UserId(row.actor_id),
        client_id=row.client_id,
    )


def entry_of(row: Row[Any]) -> AuditEntry:
    """Return the event of a row of the table with the username of its account."""
    return AuditEntry(
        id=row.id,
        event=event_of(row),
        source=None if row.actor is None else _source(row),
        username=row.username,
    )
