"""Counts what lives, for whoever watches the service."""

from sqlalchemy import func, select

from fastauth.adapters.sql.connections import Connections
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.session_statements import is_of_user, is_open
from fastauth.adapters.sql.tables import session, user_info
from fastauth.domain.ports import Clock

_COUNT = select(func.count()).select_from(session).join(user_info, is_of_user).where(is_open)


class SqlSessionCensus:
    """Counts sessions by reading them all: some tenths of a second for each million."""

    def __init__(self, *, connections: Connections, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock

    async def __call__(self) -> int:
        """Return how many sessions live.

        Raises:
            StorageUnavailable: Try again later.
        """
        with storage_failures():
            async with self._connections.connect() as connection:
                counted = await connection.execute(_COUNT, {"now": self._clock.now()})
                return int(counted.scalar_one())
