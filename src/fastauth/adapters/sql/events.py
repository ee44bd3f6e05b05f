"""Events in the table ``event``."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, insert, select

from fastauth.adapters.sql.connections import Connections
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.tables import Instant, event, session
from fastauth.domain.audit import Origin
from fastauth.domain.event import Event, EventKind
from fastauth.domain.ports import Clock


class Scribe:
    """Knows what an act does not say of itself: when it happens, who has it happen, and from where."""

    def __init__(self, *, clock: Clock, origin: Callable[[], Origin], keeps_addresses: bool = True) -> None:
        self._clock = clock
        self._origin = origin
        self._keeps_addresses = keeps_addresses

    def columns(self, at: datetime | None = None) -> dict[str, object]:
        """Return these columns of an event that happens now or happened `at` some time."""
        origin = self._origin()
        return {
            "at": at or self._clock.now(),
            "actor": origin.actor.value,
            "address": origin.address if self._keeps_addresses else None,
        }


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
            event.c.at > bindparam("since", type_=Instant),
            event.c.session_id == session.c.id,
            event.c.kind.in_([bindparam("new_kind"), bindparam("unless")]),
        )
    ),
)


class SqlEventLog:
    """See `fastauth.domain.ports.EventLog`."""

    def __init__(self, *, connections: Connections, scribe: Scribe) -> None:
        self._connections = connections
        self._scribe = scribe

    async def record(self, happened: Event) -> None:
        """Insert a row."""
        values = self._scribe.columns(happened.at) | {
            "kind": happened.kind.value,
            "user_id": happened.user_id,
            "session_id": happened.session_id,
            "name_digest": happened.name,
        }
        with storage_failures():
            async with self._connections.connect() as connection:
                await connection.execute(insert(event), values)

    async def record_once(self, happened: Event, *, within: timedelta, unless: EventKind) -> None:
        """Insert a row from a ``SELECT`` of the session, unless there is another one."""
        columns = self._scribe.columns(happened.at) | {"kind": happened.kind.value}
        values = {f"new_{name}": value for name, value in columns.items()} | {
            "of_session": happened.session_id,
            "since": happened.at - within,
            "unless": unless.value,
        }
        with storage_failures():
            async with self._connections.connect() as connection:
                await connection.execute(_RECORD_ONCE, values)
