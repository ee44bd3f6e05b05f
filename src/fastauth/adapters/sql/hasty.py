"""A connection to Postgres that can be let go of, whatever the server does."""

import asyncio
from typing import Any, TypeVar

from psycopg import AsyncConnection
from psycopg.abc import PQGen
from psycopg.waiting import wait_async

Result = TypeVar("Result")


class HastyConnection(AsyncConnection[Any]):
    """Hang up where a statement is cancelled.

    psycopg would ask the server to stop, over a second connection, and wait for its consent: up to
    ten seconds, where it is the server that does not answer.
    """

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
            self.pgconn.finish()
            raise
