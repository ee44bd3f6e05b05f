"""Migrates the database to the schema that this code needs."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    String,
    Table,
    column,
    inspect,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError

from fastauth.adapters.sql.database.database import Database
from fastauth.adapters.sql.database.errors import (
    INSUFFICIENT_PRIVILEGE,
    NO_SCHEMA,
    READ_ONLY,
    READ_ONLY_REASON,
    is_missing_table,
    sqlstate,
    translate_database_errors,
)
from fastauth.adapters.sql.database.event_renames import rename_events
from fastauth.adapters.sql.database.large_indexes import build_missing
from fastauth.adapters.sql.database.postgres import disable_timeouts
from fastauth.domain.errors import StorageUnavailable

_log = logging.getLogger("fastauth.storage")

LOCK = 0x66617374
"""Advisory lock of this database: "fast" in ASCII, so that no other application uses it by chance."""

LOCK_SECONDS = 1
"""Seconds that a migration waits for a lock on a table.

While it waits, later statements on the table queue behind it. So it gives up early and retries."""

LOCK_RETRY_SECONDS = 1.0
"""Seconds between two attempts to get the lock."""

MAX_LOCK_SECONDS = 240.0
"""Seconds after which the attempts end. If a backup takes longer, the command fails; run it again."""

VERSION_TABLE = "fastauth_migration"
"""Table with the last migration. Alembic's default name may be that of another application."""

ALEMBIC_TABLE = "alembic_version"
"""Alembic's default name, which versions before 0.2 used."""

# SQLSTATEs
DEPENDENT_OBJECTS = ("0A000", "2BP01")
"""A view uses the column that changes, or a foreign key needs the constraint."""
LOCK_NOT_AVAILABLE = "55P03"
NAME_TAKEN = ("42P07", "42710", "42P06", "42723")
"""A relation, type, schema or function of this name exists already."""


_TAKEN = "Another application uses a name that fastauth needs"
_OWN_FILE = "Set FASTAUTH_DATABASE_URL to a separate file."
_OWN_SCHEMA = (
    'Use a separate schema: run CREATE SCHEMA auth AUTHORIZATION "{role}"; and add'
    " ?options=-csearch_path%3Dauth to FASTAUTH_DATABASE_URL."
)
_GRANT = (
    " The owner of the database or a superuser runs:"
    ' GRANT USAGE, CREATE ON SCHEMA "{schema}" TO "{role}"; and for each existing table:'
    ' ALTER TABLE ... OWNER TO "{role}".'
)
_NO_SCHEMA = (
    "No schema in search_path exists and is usable by the role. The owner of the database runs:"
    ' CREATE SCHEMA ... AUTHORIZATION "{role}", or GRANT USAGE, CREATE ON SCHEMA ... TO "{role}".'
)


class UnsupportedSchema(Exception):
    """The database cannot be migrated as it is. Nothing was changed."""


async def migrate(database: Database, *, username_key_of: Callable[[str], str]) -> None:
    """Run all pending migrations in one transaction.

    Renames of stored events and, on Postgres, indexes of large tables follow outside of it. Several processes
    may call this at the same time: one migrates while the others wait.

    `username_key_of` returns the canonical key of a name in an imported table.

    Raises:
        UnsupportedSchema: The database cannot be migrated as it is; nothing was changed.
        StorageUnavailable: The database does not answer, or another process is still migrating.
    """
    with translate_database_errors():
        last_attempt = time.monotonic() + MAX_LOCK_SECONDS
        while not await _migrate_once(database, username_key_of, is_last=time.monotonic() > last_attempt):
            _log.warning("the migration waits for a lock: another transaction uses a table that it changes")
            await asyncio.sleep(LOCK_RETRY_SECONDS)
        await rename_events(database)
        if not database.is_sqlite:
            await _build_large_indexes(database)


async def _migrate_once(database: Database, username_key_of: Callable[[str], str], *, is_last: bool) -> bool:
    """Return whether the migrations ran; ``False`` if another transaction holds a lock."""
    role, schema = "...", None
    try:
        async with database.engine.begin() as connection:
            await disable_timeouts(connection)
            if not database.is_sqlite:  # write transactions of SQLite exclude each other
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                session = await connection.execute(text("SELECT current_user, current_schema()"))
                role, schema = session.one()
                await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            await connection.run_sync(_upgrade, username_key_of)
    except DBAPIError as error:
        if known := _known_problem(error, role=role, schema=schema):
            raise known from None
        if sqlstate(error) == LOCK_NOT_AVAILABLE and not is_last:
            return False
        raise
    return True


async def _build_large_indexes(database: Database) -> None:
    """Build the indexes that a migration left out, without statement_timeout."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("SET statement_timeout = 0")
        await connection.run_sync(build_missing)
        await connection.invalidate()  # the pool must not reuse a connection without timeouts


def _known_problem(error: DBAPIError, *, role: str, schema: str | None) -> Exception | None:
    """Return an error that tells the operator what to do; ``None`` for an unknown one.

    It quotes the first line of the database's message, which has names of objects and no values.
    """
    code = sqlstate(error)
    message = str(error.orig).partition("\n")[0]
    if code == READ_ONLY:
        return StorageUnavailable(reason=READ_ONLY_REASON)
    if is_missing_table(error) and isinstance(error.orig, sqlite3.Error) and "already" in message:
        return UnsupportedSchema(f"{_TAKEN}: {message}. {_OWN_FILE}")
    text = {
        **dict.fromkeys(DEPENDENT_OBJECTS, f"Something else depends on the table user_info: {message}"),
        **dict.fromkeys(NAME_TAKEN, f"{_TAKEN}: {message}. {_OWN_SCHEMA.format(role=role)}"),
        INSUFFICIENT_PRIVILEGE: f"The role may not change the schema: {message}."
        + _GRANT.format(role=role, schema=schema or "public"),
        NO_SCHEMA: _NO_SCHEMA.format(role=role),
    }.get(code or "")
    return UnsupportedSchema(text) if text else None


def _upgrade(connection: Connection, username_key_of: Callable[[str], str]) -> None:
    # Importing Alembic takes half a second, which a start without migrations saves.
    from alembic import command, config  # noqa: PLC0415  see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415  see above

    settings = config.Config()
    settings.set_main_option("script_location", str(Path(__file__).parent.with_name("migrations")))
    settings.attributes.update(connection=connection, username_key_of=username_key_of)
    scripts = ScriptDirectory.from_config(settings)
    _import_alembic_version(connection, {script.revision for script in scripts.walk_revisions()})
    command.upgrade(settings, "head")


def _import_alembic_version(connection: Connection, revisions: set[str]) -> None:
    """Copy the last migration from the table of Alembic's default name, which versions before 0.2 used.

    That table stays as it is, because processes of such a version may still run and read it. If it has
    other content, or fastauth's tables do not exist, it belongs to another application.
    """
    inspector = inspect(connection)
    if inspector.has_table(VERSION_TABLE) or not inspector.has_table(ALEMBIC_TABLE):
        return
    if "version_num" not in {each["name"] for each in inspector.get_columns(ALEMBIC_TABLE)}:
        return
    query: Select[Any] = select(column("version_num")).select_from(table(ALEMBIC_TABLE))
    found = [str(revision) for revision in connection.scalars(query)]
    if len(found) != 1 or found[0] not in revisions or not _is_ours(connection, found[0]):
        return
    ours = Table(
        VERSION_TABLE,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
    )
    ours.create(connection)
    connection.execute(ours.insert(), {"version_num": found[0]})


def _is_ours(connection: Connection, revision: str) -> bool:
    """Return whether the tables and columns of each migration up to `revision` exist."""
    inspector = inspect(connection)
    made = {
        "0001": {"user_info": {"username_key"}},
        "0002": {"session": {"refresh_digest"}, "signing_key": {"sealed"}, "event": {"kind"}},
        "0003": {"tally": {"attempts"}},
        "0004": {"event": {"name_digest", "actor", "address"}},
        "0006": {"fastauth_task": {"begun_at"}},
    }
    expected = [item for number, tables in made.items() if number <= revision for item in tables.items()]
    return all(
        inspector.has_table(name) and columns <= {each["name"] for each in inspector.get_columns(name)}
        for name, columns in expected
    )
