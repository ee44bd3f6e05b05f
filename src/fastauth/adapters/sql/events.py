"""Events in the table ``event``."""

from sqlalchemy import insert

from fastauth.adapters.sql.engine import Connections
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.tables import event
from fastauth.domain.event import Event


class SqlEventLog:
    """See `fastauth.domain.ports.EventLog`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def record(self, happened: Event) -> None:
        """Insert a row."""
        values = {
            "at": happened.at,
            "kind": happened.kind.value,
            "user_id": happened.user_id,
            "session_id": happened.session_id,
        }
        with storage_failures():
            async with self._connections.connect() as connection:
                await connection.execute(insert(event), values)
