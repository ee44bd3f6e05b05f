"""SQLite without the threads of aiosqlite, for tests that use one connection at a time.

aiosqlite hands each call over to the thread of its connection and back, which takes more time than the
calls themselves. Here a call runs in the event loop. It blocks the loop, so that two tasks of one test must
not wait for each other's lock. The queue of a connection is not documented by aiosqlite.
"""

from asyncio import Future
from collections.abc import Callable, Generator
from typing import Any

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.pool import ConnectionPoolEntry

from fastauth.adapters.sql import Database
from fastauth.adapters.sql.database.sqlite_connection import OneCallConnection


class CallsInThisThread:
    """In place of the queue of a thread: it executes what it is given."""

    def put_nowait(self, call: tuple[Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = call
        try:
            result = function()
        except Exception as error:  # noqa: BLE001  for the task that awaits the future
            if future:
                future.set_exception(error)
        else:
            if future:
                future.set_result(result)


class ThreadlessConnection(OneCallConnection):
    """A connection whose thread never starts."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  those of sqlite3.connect
        super().__init__(*arguments, **options)
        self._tx = CallsInThisThread()  # type: ignore[assignment]  # a queue that keeps nothing

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()


def use_no_threads(database: Database) -> Database:
    """Have the pool of a SQLite database make connections without threads."""
    if database.is_sqlite:
        event.listen(database.engine.sync_engine, "do_connect", _connect)
    return database


def _connect(
    dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]
) -> DBAPIConnection:
    return dialect.connect(*arguments, **(options | {"async_creator_fn": ThreadlessConnection}))
