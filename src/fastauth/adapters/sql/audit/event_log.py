"""Writes single audit events to the table ``event``."""

from datetime import timedelta

from sqlalchemy import bindparam, exists, insert, select

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.events.stored_names import stored_names
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.event import Event, EventType

_session_event = select(
    *(
        bindparam(f"new_{name}", type_=event.c[name].type).label(name)
        for name in ("at", "kind", "actor", "address")
    ),
    session.c.user_id,
    session.c.id,
).where(session.c.id == bindparam("of_session"))

_INSERT_UNLESS_RECENT = insert(event).from_select(
    ["at", "kind", "actor", "address", "user_id", "session_id"],
    _session_event.where(
        ~exists().where(
            event.c.user_id == session.c.user_id,
            event.c.at > bindparam("since", type_=UtcDateTime),
            event.c.session_id == session.c.id,
            event.c.kind.in_(bindparam("recent_kinds", expanding=True)),
        )
    ),
)


class SqlEventLog:
    """See `fastauth.domain.audit.ports.EventLog`."""

    def __init__(self, *, connections: Connections, audit_columns: AuditColumns) -> None:
        self._connections = connections
        self._audit_columns = audit_columns

    async def record(self, occurred: Event) -> None:
        """Insert a row."""
        values = (
            self._audit_columns.columns(occurred.occurred_at)
            | self._audit_columns.caller_columns()
            | {
                "kind": occurred.type.value,
                "user_id": occurred.user_id,
                "session_id": occurred.session_id,
                "name_digest": occurred.username_digest,
                "detail": occurred.detail,
            }
        )
        await self._connections.execute(insert(event), values)

    async def record_unless_recent(self, occurred: Event, *, within: timedelta, or_type: EventType) -> None:
        """Insert a row for an existing session, unless it has a recent event of one of the two types."""
        columns = self._audit_columns.columns(occurred.occurred_at) | {"kind": occurred.type.value}
        values = {f"new_{name}": value for name, value in columns.items()} | {
            "of_session": occurred.session_id,
            "since": occurred.occurred_at - within,
            "recent_kinds": [*stored_names(occurred.type), *stored_names(or_type)],
        }
        await self._connections.execute(_INSERT_UNLESS_RECENT, values)
