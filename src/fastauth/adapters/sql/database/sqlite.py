"""Connections to SQLite."""

import asyncio
import os
import sqlite3
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, Dialect
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

ARGUMENTS: dict[str, Any] = {"timeout": 5}
"""Seconds that a writer waits for another."""


def configure_engine(engine: Engine) -> None:
    """Have each connection of this engine be prepared."""
    event.listen(engine, "do_connect", _try_to_open)
    event.listen(engine, "connect", _prepare)


def begin_immediately(engine: Engine) -> None:
    """Have each transaction take the write lock at once.

    A reader that turns into a writer half-way cannot wait for it.
    """
    event.listen(engine, "begin", _begin)


def _try_to_open(
    _dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], options: dict[str, Any]
) -> None:
    """Fail here if the file cannot be opened: aiosqlite would leave a thread behind that fails later."""
    if arguments and arguments[0] != ":memory:" and not options.get("uri"):
        create_for_owner(arguments[0])
    sqlite3.connect(*arguments, **options).close()


def _prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    _enable_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # what was acknowledged survives a loss of power
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _enable_wal(cursor: DBAPICursor) -> None:
    """Have readers and the one writer not wait for each other.

    A new file is switched once. Who waits for that inside of SQLite keeps a lock for which the
    writer waits in turn, until one of them gives up: so here it is asked again and again.
    """
    cursor.execute("PRAGMA busy_timeout")
    (milliseconds,) = cursor.fetchone() or (0,)
    cursor.execute("PRAGMA busy_timeout = 0")
    deadline = time.monotonic() + milliseconds / 1_000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            await_only(asyncio.sleep(0.01))
        else:
            break
    cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def create_for_owner(path: str) -> None:
    """Create a file that only its owner may read and write, whatever the umask; leave one that exists.

    SQLite gives the files beside its database, ``-wal`` and ``-shm``, the same permissions. A file that
    exists is not opened: closing it would release the locks that this process holds on it.
    """
    with suppress(OSError):  # whoever opens the database is told why that is not possible
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
