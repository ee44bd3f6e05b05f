"""Connections to SQLite: files, permissions, and settings of each connection."""

import asyncio
import logging
import os
import sqlite3
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from fastauth.adapters.sql.database.sqlalchemy_internals import await_only
from fastauth.adapters.sql.database.sqlite_connection import OneCallConnection


def configure_engine(engine: Engine) -> None:
    """Configure each new connection of this engine."""
    # At DEBUG it logs the parameters of all statements, with hashes: an embedding program may log at DEBUG.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
    event.listen(engine, "connect", _configure)


def begin_immediately(engine: Engine) -> None:
    """Begin each transaction with the write lock. The driver stays in autocommit mode.

    SQLite cannot wait for the lock in a transaction that has already read: it fails at once.
    """
    event.listen(engine, "begin", _begin)


async def _connect(path: str, **options: Any) -> OneCallConnection:  # noqa: ANN401  those of sqlite3.connect
    """Open and close the file first, because aiosqlite leaves a thread behind if that fails."""
    if path != ":memory:" and not options.get("uri"):
        create_for_owner(path)
    sqlite3.connect(path, **options).close()
    connection = OneCallConnection(path, **options)
    await connection
    return connection


ARGUMENTS: dict[str, Any] = {"timeout": 5, "async_creator_fn": _connect}
"""``timeout``: seconds that a writer waits for another one."""


def _configure(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    _enable_wal(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # an acknowledged write survives a power failure
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _enable_wal(cursor: DBAPICursor) -> None:
    """Switch the file to write-ahead logging, so that readers and the writer do not block each other.

    The switch of a new file needs an exclusive lock. While SQLite itself waits for it, it holds a lock
    that the other connection waits for, until one of them times out. So the wait is a loop here instead.
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
    """Create a file with permissions 0600, whatever the umask; leave an existing file alone.

    SQLite gives its files ``-wal`` and ``-shm`` the same permissions. An existing file is not opened,
    because closing it would release the POSIX locks that this process holds on it.
    """
    with suppress(OSError):  # opening the database reports the error
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
