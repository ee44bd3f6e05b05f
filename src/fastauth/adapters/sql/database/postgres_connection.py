"""A connection to Postgres that can be let go of, whatever the server does."""

import asyncio
from typing import Any, TypeVar

from psycopg import AsyncConnection, AsyncCursor, pq
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn
from psycopg.waiting import wait_async

from fastauth.adapters.sql.database.connection_limit import ConnectionLimit

Result = TypeVar("Result")


class PlainCursor(AsyncCursor[Any]):
    """Describe columns by their names and types alone.

    SQLAlchemy asks for each result and needs no more. psycopg looks up what it knows of each type, which
    took a twentieth of the processor time of ``GET /users/me``.
    """

    @property
    def description(self) -> list[Any] | None:
        """Return the columns of the result (PEP 249), ``None`` if there is none."""
        result = self.pgresult
        if result is None or result.status != pq.ExecStatus.TUPLES_OK:
            return None
        return [
            ((result.fname(column) or b"").decode(), result.ftype(column), None, None, None, None, None)
            for column in range(result.nfields)
        ]


class AbortOnCancelConnection(AsyncConnection[Any]):
    """Give up where a statement is cancelled.

    psycopg would ask the server to stop, over a second connection, and wait for its consent: up to
    ten seconds, where it is the server that does not answer. What was asked of the server may still be
    under way, so ``places`` keeps the connection until the server is done with it.
    """

    places: ConnectionLimit | None = None

    schema: str | None = None
    """The schema that it works in, if it has one."""

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109  psycopg's
    ) -> Result:
        """Talk to the server until `gen` is content."""
        try:
            return await wait_async(gen, self.pgconn.socket, interval=interval, timeout=timeout)
        except asyncio.CancelledError:
            given_up, self.pgconn = self.pgconn, _closed()
            if self.places is None:
                given_up.finish()
            else:
                self.places.keep(given_up)
            raise


def _closed() -> PGconn:
    """Return a connection that leads nowhere, for psycopg to find this one closed."""
    closed = pq.PGconn.connect_start(b"port=none")
    closed.finish()
    return closed
