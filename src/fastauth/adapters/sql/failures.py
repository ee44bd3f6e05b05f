"""Tells an outage of the database from a mistake in this code."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fastauth.domain.errors import StorageUnavailable

_log = logging.getLogger("fastauth.storage")

# SQLSTATEs (PostgreSQL's appendix A) and SQLite's result codes.
READ_ONLY = "25006"
UNDEFINED_TABLE = "42P01"
DAMAGED_FILE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SchemaBehind(StorageUnavailable):
    """The database has not seen every migration that this code relies on."""

    detail = "The database schema is behind."


@contextmanager
def storage_failures() -> Iterator[None]:
    """Turn whatever says that the database is away, full or overrun into `StorageUnavailable`.

    Errors are told apart by their class and their code, never by their text. Everything else, a
    statement that is wrong for instance, passes: it is a bug and should look like one.
    """
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        if isinstance(error, DBAPIError) and not _is_outage(error):
            raise
        _log.warning("the database is unavailable: %s", _name(error))
        behind = isinstance(error, DBAPIError) and is_missing_table(error)
        unavailable = SchemaBehind() if behind else StorageUnavailable()
        unavailable.add_note(_name(error))
        raise unavailable from None


def is_missing_table(error: DBAPIError) -> bool:
    """Say whether a statement failed because no migration has ever run."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return _sqlstate(error) == UNDEFINED_TABLE


def _is_outage(error: DBAPIError) -> bool:
    if is_missing_table(error):
        return True  # nobody has migrated yet, or somebody has taken the tables away
    return (
        error.connection_invalidated
        or isinstance(error, (OperationalError, InterfaceError))
        or _sqlstate(error) == READ_ONLY
        or getattr(error.orig, "sqlite_errorcode", None) in DAMAGED_FILE
    )


def _sqlstate(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _name(error: Exception) -> str:
    """Return what went wrong without the text of it, which may hold names, addresses and values."""
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    code = _sqlstate(error) or getattr(error.orig, "sqlite_errorname", None)
    return f"{type(error.orig).__name__} {code}" if code else type(error.orig).__name__
