"""How many connections this process may occupy in the server."""

import asyncio
from collections import deque
from contextlib import suppress

from psycopg import Error
from psycopg.pq.abc import PGconn
from sqlalchemy.exc import TimeoutError as PoolTimeout

PATIENCE = 1.0
"""Seconds to wait for a place while others use theirs."""

RESERVED = 2
"""Places that writes leave to reads: a server whose commits wait for a standby still answers reads."""


class ConnectionLimitReached(PoolTimeout):
    """All places are taken. ``reason`` says by what."""

    def __init__(self, kept: int) -> None:
        self.reason = "all connections of the pool are in use"
        if kept:
            self.reason += (
                f"; in {kept} of them the server has not finished what was given up on"
                " (commits that wait for a synchronous standby?)"
            )
        super().__init__(self.reason)


class Gate:
    """Let in as many as there are places."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._inside = 0
        self._kept = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Take a place, or wait for one.

        Raises:
            ConnectionLimitReached: None becomes free in time; or all are kept, and it makes no sense to wait.
        """
        if self._inside + self._kept < self._places:
            self._inside += 1
            return
        if self._kept >= self._places:
            raise ConnectionLimitReached(self._kept)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(PATIENCE):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.leave()  # the place came too late
            else:
                with suppress(ValueError):
                    self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise ConnectionLimitReached(self._kept) from None
            raise

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1
        self._next()

    def keep(self) -> None:
        """Occupy a place whose user leaves before the server is done."""
        self._kept += 1

    def release(self) -> None:
        """Free a place that was kept."""
        self._kept -= 1
        self._next()

    def _next(self) -> None:
        while self._waiting and self._inside + self._kept < self._places:
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)


class ConnectionLimit:
    """Share the places of a pool among reads, writes and connections that were given up on.

    PostgreSQL goes on with a statement after its client has hung up, and a COMMIT that waits for a
    synchronous standby has no time limit there. If each of them made room for a new connection, they
    would fill the server. So a connection that was given up on stays open and keeps its place until the
    server has answered or closed it.
    """

    def __init__(self, size: int) -> None:
        self._all = Gate(size)
        self._writes = Gate(max(1, size - RESERVED))
        self._abandoned: dict[int, PGconn] = {}

    @property
    def kept(self) -> int:
        """How many connections were given up on and are not finished."""
        return len(self._abandoned)

    async def enter(self, *, writes: bool) -> None:
        """Take a place.

        Raises:
            ConnectionLimitReached: There is none.
        """
        if writes:
            await self._writes.enter()
        try:
            await self._all.enter()
        except BaseException:
            if writes:
                self._writes.leave()
            raise

    def leave(self, *, writes: bool) -> None:
        """Give it back."""
        self._all.leave()
        if writes:
            self._writes.leave()

    def keep(self, connection: PGconn) -> None:
        """Hold a place until the server is done with this connection."""
        try:
            unsent = connection.flush()
        except Error:
            unsent = 1
        if unsent:  # the server has not got all of it, so it has not begun
            connection.finish()
            return
        number = connection.socket
        self._abandoned[number] = connection
        self._all.keep()
        self._writes.keep()
        asyncio.get_running_loop().add_reader(number, self._look_at, number)

    def close(self) -> None:
        """Hang up on all of them."""
        for number in list(self._abandoned):
            self._let_go(number)

    def _look_at(self, number: int) -> None:
        connection = self._abandoned[number]
        try:
            connection.consume_input()
            while not connection.is_busy():
                if connection.get_result() is None:
                    self._let_go(number)
                    return
        except Error:
            self._let_go(number)

    def _let_go(self, number: int) -> None:
        asyncio.get_running_loop().remove_reader(number)
        self._abandoned.pop(number).finish()
        self._all.release()
        self._writes.release()
