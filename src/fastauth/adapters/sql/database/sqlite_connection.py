"""Connections of aiosqlite that call their thread less often.

aiosqlite opens a cursor, executes, fetches and closes in one call each. A call wakes the thread of the
connection and then the event loop: a read took a third more processor time.
"""

import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import aiosqlite

Result = TypeVar("Result")

CHUNK_SIZE = 64
"""Rows that aiosqlite fetches at once for ``async for``, which is not used here: its default."""


class OneCallConnection(aiosqlite.Connection):
    """A connection whose cursors fetch all rows when they execute a statement."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  those of sqlite3.connect
        super().__init__(partial(sqlite3.connect, *arguments, **options), CHUNK_SIZE)
        self._thread.daemon = True  # as SQLAlchemy does with the connections that it makes

    def cursor(self) -> "OneCallCursor":  # type: ignore[override]  # no call to the thread, so nothing to wait for
        """Return a cursor."""
        return OneCallCursor(self)

    async def rollback(self) -> None:
        """Roll back the transaction, if there is one."""
        if self.in_transaction:
            await super().rollback()

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Return what `work` returns in the thread of the connection."""
        result: Result = await self._execute(work, self._conn)  # type: ignore[no-untyped-call]
        return result


class OneCallCursor(aiosqlite.Cursor):
    """A cursor as SQLAlchemy uses it. It has a description and a row count once it has executed."""

    def __init__(self, connection: OneCallConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "OneCallCursor":
        """Execute a statement and fetch all its rows."""

        def work(connection: sqlite3.Connection) -> tuple[sqlite3.Cursor, list[Any]]:
            cursor = connection.execute(sql, parameters or ())  # type: ignore[arg-type]  # a sequence, as SQLAlchemy sends
            return cursor, cursor.fetchall()

        self._cursor, self._rows = await self._connection.run(work)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "OneCallCursor":
        """Execute a statement for each of the parameters."""
        self._cursor = await self._connection.run(lambda connection: connection.executemany(sql, parameters))  # type: ignore[arg-type]  # sequences
        return self

    async def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        return await self.fetchmany(len(self._rows))

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows."""
        number = 1 if size is None else size
        rows, self._rows = self._rows[:number], self._rows[number:]
        return rows

    async def close(self) -> None:
        """Do nothing: all rows are fetched, so SQLite has no statement open."""
