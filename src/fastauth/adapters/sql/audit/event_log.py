"""Events in the table ``event``."""

from datetime import timedelta

from sqlalchemy import bindparam, exists, insert, select

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.event_context import AuditColumns
from fastauth.adapters.sql.events.stored_names import stored_names
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.event import Event, EventType

_of_session = select(
    *(
        bindparam(f"new_{name}", type_=event.c[name].type).label(name)
        for name in ("at", "kind", "actor", "address")
    ),
    session.c.user_id,
    session.c.id,
).where(session.c.id == bindparam("of_session"))

_RECORD_ONCE = insert(event).from_select(
    ["at", "kind", "actor", "address", "user_id", "session_id"],
    _of_session.where(
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

    async def record(self, happened: Event) -> None:
        """Insert a row."""
        values = self._audit_columns.columns(happened.occurred_at) | {
            "kind": happened.type.value,
            "user_id": happened.user_id,
            "session_id": happened.session_id,
            "name_digest": happened.username_digest,
        }
        await self._connections.execute(insert(event), values)

    async def record_unless_recent(self, happened: Event, *, within: timedelta, or_type: EventType) -> None:
        """Insert a row from a ``SELECT`` of the session, unless there is another one."""
        columns = self._audit_columns.columns(happened.occurred_at) | {"kind": happened.type.value}
        values = {f"new_{name}": value for name, value in columns.items()} | {
            "of_session": happened.session_id,
            "since": happened.occurred_at - within,
            "recent_kinds": [*stored_names(happened.type), *stored_names(or_type)],
        }
        await self._connections.execute(_RECORD_ONCE, values)
