"""A psycopg connection that a cancelled caller leaves at once.

It uses parts of psycopg that its documentation does not describe: ``psycopg.waiting.wait_async``, the method
``AsyncConnection.wait``, which is overridden, and the attribute ``pgconn``, which is replaced. pyproject.toml
therefore bounds psycopg to one minor version; tests/integration/sql/test_deadlines.py covers these parts.
"""

import asyncio
from typing import Any, TypeVar

from psycopg import AsyncConnection, pq
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn
from psycopg.waiting import wait_async

from fastauth.adapters.sql.database.connection_limit import ConnectionLimit

Result = TypeVar("Result")


class AbortOnCancelConnection(AsyncConnection[Any]):
    """A connection that is abandoned when its statement is cancelled.

    psycopg would send a cancel request over a second connection and wait up to ten seconds for the
    server, even if the server does not answer. The server may still be running the statement, so the
    connection is handed to ``limit``, which closes it once the server has finished.
    """

    limit: ConnectionLimit | None = None
    """``None`` closes the connection at once instead."""

    schema: str | None = None
    """The current schema of the session, if it has one."""

    async def wait(
        self,
        gen: PQGen[Result],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109  psycopg's
    ) -> Result:
        """Run the libpq generator `gen` to its end; on cancellation, abandon the connection."""
        try:
            return await wait_async(gen, self.pgconn.socket, interval=interval, timeout=timeout)
        except asyncio.CancelledError:
            abandoned, self.pgconn = self.pgconn, _closed()
            if self.limit is None:
                abandoned.finish()
            else:
                self.limit.abandon(abandoned)
            raise


def _closed() -> PGconn:
    """Return a closed connection, so that psycopg regards this one as closed."""
    closed = pq.PGconn.connect_start(b"port=none")
    closed.finish()
    return closed
