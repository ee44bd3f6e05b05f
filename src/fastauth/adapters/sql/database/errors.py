"""Translates errors of the database into `StorageUnavailable`, with a reason for the operator."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fastauth.domain.errors import StorageUnavailable

_log = logging.getLogger("fastauth.database")

# SQLSTATEs (PostgreSQL's appendix A) and SQLite's result codes.
READ_ONLY = "25006"
UNDEFINED_TABLE = "42P01"
INSUFFICIENT_PRIVILEGE = "42501"
NO_SCHEMA = "3F000"
LOST_PREPARED = ("26000", "42P05")
DAMAGED_FILE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_POOLER = (
    "a pooler such as PgBouncer assigned another session of the server to this connection;"
    " set FASTAUTH_DATABASE_PREPARED_STATEMENTS=off"
)
_REFERS_TO_NOTHING = "a row that the statement refers to was deleted meanwhile, such as an erased account"
READ_ONLY_REASON = (
    "the database is read-only: a standby, or a database with default_transaction_read_only; point"
    " FASTAUTH_DATABASE_URL to the primary"
)


def missing_privileges(*, role: str = "...", schema: str | None = None) -> str:
    """Return the reason for missing privileges, with the GRANT statements that add them."""
    to, within = f'TO "{role}"' if role != "..." else "TO ...", f'SCHEMA "{schema or "public"}"'
    return (
        "the role lacks privileges on fastauth's tables; their owner runs:"
        f" GRANT USAGE ON {within} {to};"
        f" GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN {within} {to};"
        f" GRANT USAGE ON ALL SEQUENCES IN {within} {to}"
    )


_REASONS = {
    READ_ONLY: READ_ONLY_REASON,
    INSUFFICIENT_PRIVILEGE: missing_privileges(),
    NO_SCHEMA: "no schema in search_path exists; run: CREATE SCHEMA ... AUTHORIZATION the role",
    "08P01": "the server or a pooler violates the protocol: a PgBouncer without a server behind it, or"
    " FASTAUTH_DATABASE_PREPARED_STATEMENTS=on with one that pools transactions",
    "53100": "the disk of the server is full",
    "53200": "the server is out of memory",
    "53300": "the server has reached its connection limit (max_connections)",
    "57014": "a statement exceeded statement_timeout",
    "55P03": "a lock was not available in time",
    "23503": _REFERS_TO_NOTHING,
    **dict.fromkeys(LOST_PREPARED, _POOLER),
}
_SQLITE_REASONS = {
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened or created; check that its directory exists and is"
    " writable by this operating system user",
    sqlite3.SQLITE_READONLY: "the file or its directory is not writable by this operating system user",
    sqlite3.SQLITE_PERM: "this operating system user has no permission to use the file",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "the file is locked by another process",
    sqlite3.SQLITE_LOCKED: "the table is locked by another connection",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not a SQLite database",
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: _REFERS_TO_NOTHING,
    sqlite3.SQLITE_IOERR: "the file cannot be read or written (I/O error)",
}


class SchemaOutdated(StorageUnavailable):
    """The schema of the database lacks migrations that this code relies on."""

    detail = "The database schema is outdated."


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """Translate errors that mean an outage, a full disk, overload, missing privileges or a deleted account.

    They are recognised by class and code, never by their text. All others, such as a syntax error in a
    statement, pass unchanged: they are bugs.

    Raises:
        StorageUnavailable: The database did not do its work.
        SchemaOutdated: A table is missing.
    """
    try:
        yield
    except (DBAPIError, PoolTimeout, OSError) as error:
        if isinstance(error, DBAPIError) and not _is_outage(error):
            raise
        reason = reason_of(error)
        _log.warning("the database is unavailable: %s", reason)
        outdated = isinstance(error, DBAPIError) and is_missing_table(error)
        raise (SchemaOutdated if outdated else StorageUnavailable)(reason=reason) from None


def is_missing_table(error: DBAPIError) -> bool:
    """Return whether a statement failed because a table does not exist.

    SQLite has no code for that alone: `SQLITE_ERROR` is also that of other mistakes in a statement.
    """
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return sqlstate(error) == UNDEFINED_TABLE


def sqlstate(error: DBAPIError) -> str | None:
    """Return the SQLSTATE of an error, if it has one."""
    return getattr(error.orig, "sqlstate", None)


def reason_of(error: Exception) -> str:
    """Return why the database did not do its work, in one line without addresses and values."""
    if isinstance(error, TimeoutError):
        return "the database did not answer in time"
    if not isinstance(error, DBAPIError):
        return getattr(error, "reason", type(error).__name__)
    if known := getattr(error.orig, "reason", None):
        return str(known)
    name = getattr(error.orig, "sqlite_errorname", None) or sqlstate(error)
    code = f"{type(error.orig).__name__} {name}" if name else type(error.orig).__name__
    known = _known_reason(error)
    return f"{known} ({code})" if known else code


def _known_reason(error: DBAPIError) -> str | None:
    extended = getattr(error.orig, "sqlite_errorcode", None) or 0
    primary = extended & 0xFF
    return (
        _REASONS.get(sqlstate(error) or "") or _SQLITE_REASONS.get(extended) or _SQLITE_REASONS.get(primary)
    )


def _is_outage(error: DBAPIError) -> bool:
    if is_missing_table(error):
        return True  # no migration has run yet, or the tables were dropped
    if _refers_to_nothing(error):
        return True  # the same request finds no account next time
    return (
        error.connection_invalidated
        or isinstance(error, (OperationalError, InterfaceError))
        or sqlstate(error) in {READ_ONLY, INSUFFICIENT_PRIVILEGE, NO_SCHEMA, *LOST_PREPARED}
        or getattr(error.orig, "sqlite_errorcode", None) in DAMAGED_FILE
    )


def _refers_to_nothing(error: DBAPIError) -> bool:
    """Return whether a foreign key refused a row. A refused deletion is of a table of another application."""
    is_refused = _known_reason(error) == _REFERS_TO_NOTHING
    return is_refused and not (error.statement or "").startswith("DELETE")
