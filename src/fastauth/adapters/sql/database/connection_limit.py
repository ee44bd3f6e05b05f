"""Limit the number of connections that this process occupies in the server."""

import asyncio
from collections import deque
from contextlib import suppress

from psycopg import Error
from psycopg.pq.abc import PGconn
from sqlalchemy.exc import TimeoutError as PoolTimeout

MAX_WAIT_SECONDS = 1.0
"""How long a caller waits for a slot."""

RESERVED_FOR_READS = 2
"""Slots that writes may not use. A server whose commits wait for a standby still answers reads."""


class ConnectionLimitReached(PoolTimeout):
    """There is no free slot. ``reason`` explains it to an operator."""

    def __init__(self, abandoned: int) -> None:
        self.reason = "all connections of the pool are in use"
        if abandoned:
            self.reason += (
                f"; in {abandoned} of them the server has not finished a cancelled statement"
                " (commits that wait for a synchronous standby?)"
            )
        super().__init__(self.reason)


class Slots:
    """A semaphore of which slots can also be withheld, without an owner that releases them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._acquired = 0
        self._withheld = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        """Take a slot, or wait for one.

        Raises:
            ConnectionLimitReached: No slot became free within `MAX_WAIT_SECONDS`, or all are withheld.
        """
        if self._acquired + self._withheld < self._size:
            self._acquired += 1
            return
        if self._withheld >= self._size:
            raise ConnectionLimitReached(self._withheld)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.release()  # the slot was assigned while the caller gave up
            else:
                with suppress(ValueError):
                    self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise ConnectionLimitReached(self._withheld) from None
            raise

    def release(self) -> None:
        """Return an acquired slot."""
        self._acquired -= 1
        self._assign()

    def withhold(self) -> None:
        """Occupy one more slot until `restore`, even if none is free."""
        self._withheld += 1

    def restore(self) -> None:
        """Free a slot that was withheld."""
        self._withheld -= 1
        self._assign()

    def _assign(self) -> None:
        """Give free slots to those who wait, in their order."""
        while self._waiting and self._acquired + self._withheld < self._size:
            turn = self._waiting.popleft()
            if not turn.done():
                self._acquired += 1
                turn.set_result(None)


class ConnectionLimit:
    """Share the connections of a pool among reads, writes and abandoned connections.

    PostgreSQL continues a statement after its client has disconnected, and a COMMIT that waits for a
    synchronous standby has no timeout there. If each of them made room for a new connection, they would
    use up the server's connections. So a connection whose statement was cancelled stays open and keeps its
    slot until the server has answered or closed it.
    """

    def __init__(self, size: int) -> None:
        self._all = Slots(size)
        self._writes = Slots(max(1, size - RESERVED_FOR_READS))
        self._abandoned: dict[int, PGconn] = {}

    async def acquire(self, *, writes: bool) -> None:
        """Take a slot for a read or a write.

        Raises:
            ConnectionLimitReached: There is none.
        """
        if writes:
            await self._writes.acquire()
        try:
            await self._all.acquire()
        except BaseException:
            if writes:
                self._writes.release()
            raise

    def release(self, *, writes: bool) -> None:
        """Return the slot."""
        self._all.release()
        if writes:
            self._writes.release()

    def abandon(self, connection: PGconn) -> None:
        """Withhold a slot until the server has finished the cancelled statement of `connection`."""
        try:
            unsent = connection.flush()
        except Error:
            unsent = 1
        if unsent:  # the server has not received the whole statement, so it has not begun
            connection.finish()
            return
        descriptor = connection.socket
        self._abandoned[descriptor] = connection
        self._all.withhold()
        self._writes.withhold()
        asyncio.get_running_loop().add_reader(descriptor, self._read, descriptor)

    def close(self) -> None:
        """Close all abandoned connections."""
        for descriptor in list(self._abandoned):
            self._close(descriptor)

    def _read(self, descriptor: int) -> None:
        """Read what the server has sent; close the connection once the statement is finished."""
        connection = self._abandoned[descriptor]
        try:
            connection.consume_input()
            while not connection.is_busy():
                if connection.get_result() is None:
                    self._close(descriptor)
                    return
        except Error:
            self._close(descriptor)

    def _close(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)
        self._abandoned.pop(descriptor).finish()
        self._all.restore()
        self._writes.restore()
