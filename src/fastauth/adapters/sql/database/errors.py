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
INSUFFICIENT_PRIVILEGE = "42501"
NO_SCHEMA = "3F000"
LOST_PREPARED = ("26000", "42P05")
DAMAGED_FILE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_POOLER = (
    "a pooler such as PgBouncer gave this connection another server's session;"
    " set FASTAUTH_DATABASE_PREPARED_STATEMENTS=off"
)
READ_ONLY_REASON = (
    "it takes no writes: a standby, or a database with default_transaction_read_only; let"
    " FASTAUTH_DATABASE_URL lead to the primary"
)


def grants(*, role: str = "...", schema: str | None = None) -> str:
    """Return what a role is missing that has to serve, as the statements that mend it."""
    to, within = f'TO "{role}"' if role != "..." else "TO ...", f'SCHEMA "{schema or "public"}"'
    return (
        "the role may not use fastauth's tables; their owner says:"
        f" GRANT USAGE ON {within} {to};"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN {within} {to};"
        f" GRANT USAGE ON ALL SEQUENCES IN {within} {to}"
    )


_REASONS = {
    READ_ONLY: READ_ONLY_REASON,
    INSUFFICIENT_PRIVILEGE: grants(),
    NO_SCHEMA: "search_path names no schema that exists; CREATE SCHEMA ... AUTHORIZATION the role",
    "08P01": "the server or a pooler breaks the protocol: a PgBouncer without a server behind it, or"
    " FASTAUTH_DATABASE_PREPARED_STATEMENTS=on behind one that pools transactions",
    "53100": "its disk is full",
    "53200": "it is out of memory",
    "53300": "it has no connection left (max_connections)",
    "57014": "a statement took too long",
    "55P03": "a lock was not to be had in time",
    **dict.fromkeys(LOST_PREPARED, _POOLER),
}
_SQLITE_REASONS = {
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened or made; see that its directory exists and may be"
    " written by this account",
    sqlite3.SQLITE_READONLY: "the file, or its directory, may not be written by this account",
    sqlite3.SQLITE_PERM: "the file may not be used by this account",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "another process keeps the file locked",
    sqlite3.SQLITE_LOCKED: "another connection keeps the table locked",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database",
    sqlite3.SQLITE_IOERR: "reading or writing the file fails",
}


class SchemaOutdated(StorageUnavailable):
    """The database has not seen every migration that this code relies on."""

    detail = "The database schema is behind."


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Turn whatever says that the database is away, full, overrun or forbidden into `StorageUnavailable`.

    Errors are told apart by their class and their code, never by their text. Everything else, a
    statement that is wrong for instance, passes: it is a bug and should look like one.
    """
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        if isinstance(error, DBAPIError) and not _is_outage(error):
            raise
        reason = reason_of(error)
        _log.warning("the database is unavailable: %s", reason)
        behind = isinstance(error, DBAPIError) and is_missing_table(error)
        raise (SchemaOutdated if behind else StorageUnavailable)(reason=reason) from None


def is_missing_table(error: DBAPIError) -> bool:
    """Return whether a statement failed because no migration has ever run."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return sqlstate(error) == UNDEFINED_TABLE


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's code of the error, if it has one."""
    return getattr(error.orig, "sqlstate", None)


def reason_of(error: Exception) -> str:
    """Return why the database did not do its work: a line without names, addresses and values."""
    if isinstance(error, TimeoutError):
        return "there is no answer in time"
    if not isinstance(error, DBAPIError):
        return getattr(error, "reason", type(error).__name__)
    if known := getattr(error.orig, "reason", None):
        return str(known)
    name = getattr(error.orig, "sqlite_errorname", None) or sqlstate(error)
    told = f"{type(error.orig).__name__} {name}" if name else type(error.orig).__name__
    primary = (getattr(error.orig, "sqlite_errorcode", None) or 0) & 0xFF  # of an extended result code
    known = _REASONS.get(sqlstate(error) or "") or _SQLITE_REASONS.get(primary)
    return f"{known} ({told})" if known else told


def _is_outage(error: DBAPIError) -> bool:
    if is_missing_table(error):
        return True  # nobody has migrated yet, or somebody has taken the tables away
    return (
        error.connection_invalidated
        or isinstance(error, (OperationalError, InterfaceError))
        or sqlstate(error) in {READ_ONLY, INSUFFICIENT_PRIVILEGE, NO_SCHEMA, *LOST_PREPARED}
        or getattr(error.orig, "sqlite_errorcode", None) in DAMAGED_FILE
    )
