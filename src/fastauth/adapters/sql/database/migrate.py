"""Brings the database to the schema that this code needs."""

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
from fastauth.adapters.sql.database.large_indexes import build_missing
from fastauth.adapters.sql.database.postgres import disable_timeouts
from fastauth.domain.errors import StorageUnavailable

_log = logging.getLogger("fastauth.storage")

LOCK = 0x66617374  # "fast": any number that nobody else uses for an advisory lock of this database

LOCK_SECONDS = 1
"""Seconds that a migration waits for a lock on a table.

Whoever uses the table after that waits behind the migration. So it gives up soon, and tries again."""

LOCK_PAUSE = 1.0
"""Seconds until it tries again."""

LOCK_PATIENCE = 240.0
"""Seconds of trying. A backup may take longer; then the command fails, and may be run again."""

VERSION_TABLE = "fastauth_migration"
"""Where the last migration is noted. Alembic's own name for it is everybody's."""

ALEMBIC_TABLE = "alembic_version"
"""Where versions before 0.2 noted it."""

# SQLSTATEs
IN_USE = ("0A000", "2BP01")
"""A view reads the column that should change, or a foreign key needs the constraint."""
NAME_TAKEN = ("42P07", "42710", "42P06", "42723")
"""There is a relation, a type, a constraint of this name."""


_TAKEN = "Something that is not fastauth's has a name that it needs"
_OWN_FILE = "Give fastauth a file of its own by FASTAUTH_DATABASE_URL."
_OWN_SCHEMA = (
    'Give fastauth a schema of its own: CREATE SCHEMA auth AUTHORIZATION "{role}"; and add'
    " ?options=-csearch_path%3Dauth to FASTAUTH_DATABASE_URL."
)
_GRANT = (
    " The owner of the database or a superuser says:"
    ' GRANT USAGE, CREATE ON SCHEMA "{schema}" TO "{role}"; and of tables that are there:'
    ' ALTER TABLE ... OWNER TO "{role}".'
)
_NO_SCHEMA = (
    "search_path names no schema that exists and that the role may use. Its owner says:"
    ' CREATE SCHEMA ... AUTHORIZATION "{role}", or GRANT USAGE, CREATE ON SCHEMA ... TO "{role}".'
)


LOCK_NOT_AVAILABLE = "55P03"


class UnsupportedSchema(Exception):
    """The database holds something that a migration cannot keep. Nothing was changed."""


async def migrate(database: Database, *, username_key_of: Callable[[str], str]) -> None:
    """Run every migration that the database has not seen, in one transaction.

    Any number of processes may call this at once: one of them migrates while the others wait.

    `username_key_of` gives the key for a name that was registered before fastauth was there.

    Raises:
        UnsupportedSchema: The database cannot be migrated as it is; it is left as it was.
        StorageUnavailable: The database is away, or another process is still migrating.
    """
    with translate_database_errors():
        patience = time.monotonic() + LOCK_PATIENCE
        while not await _migrate_once(database, username_key_of, is_last=time.monotonic() > patience):
            _log.warning("a migration waits: another transaction uses a table that it changes")
            await asyncio.sleep(LOCK_PAUSE)
        if not database.is_sqlite:
            await _build_large_indexes(database)


async def _migrate_once(database: Database, username_key_of: Callable[[str], str], *, is_last: bool) -> bool:
    """Return whether it is done, and not held up by somebody who uses a table."""
    role, schema = "...", None
    try:
        async with database.engine.begin() as connection:
            await disable_timeouts(connection)
            if not database.is_sqlite:  # SQLite's transactions exclude each other as it is
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                session = await connection.execute(text("SELECT current_user, current_schema()"))
                role, schema = session.one()
                await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            await connection.run_sync(_upgrade, username_key_of)
    except DBAPIError as error:
        if refusal := _refusal(error, role=role, schema=schema):
            raise refusal from None
        if sqlstate(error) == LOCK_NOT_AVAILABLE and not is_last:
            return False
        raise
    return True


async def _build_large_indexes(database: Database) -> None:
    """Build what a migration left for later, with the limits of the connection lifted meanwhile."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("SET statement_timeout = 0")
        await connection.run_sync(build_missing)
        await connection.invalidate()  # its limits are not those of a request


def _refusal(error: DBAPIError, *, role: str, schema: str | None) -> Exception | None:
    """Return what an operator can mend, if it is that. The database's own words name objects, no values."""
    code = sqlstate(error)
    said = str(error.orig).partition("\n")[0]
    if code == READ_ONLY:
        return StorageUnavailable(reason=READ_ONLY_REASON)
    if is_missing_table(error) and isinstance(error.orig, sqlite3.Error) and "already" in said:
        return UnsupportedSchema(f"{_TAKEN}: {said}. {_OWN_FILE}")
    told = {
        **dict.fromkeys(IN_USE, f"Something else depends on the table user_info: {said}"),
        **dict.fromkeys(NAME_TAKEN, f"{_TAKEN}: {said}. {_OWN_SCHEMA.format(role=role)}"),
        INSUFFICIENT_PRIVILEGE: f"The role may not change the schema: {said}."
        + _GRANT.format(role=role, schema=schema or "public"),
        NO_SCHEMA: _NO_SCHEMA.format(role=role),
    }.get(code or "")
    return UnsupportedSchema(told) if told else None


def _upgrade(connection: Connection, username_key_of: Callable[[str], str]) -> None:
    # Half a second that a start without migrations saves.
    from alembic import command, config  # noqa: PLC0415  only a migration needs it
    from alembic.script import ScriptDirectory  # noqa: PLC0415  the same

    settings = config.Config()
    settings.set_main_option("script_location", str(Path(__file__).parent.with_name("migrations")))
    settings.attributes.update(connection=connection, username_key_of=username_key_of)
    scripts = ScriptDirectory.from_config(settings)
    _import_alembic_version(connection, {script.revision for script in scripts.walk_revisions()})
    command.upgrade(settings, "head")


def _import_alembic_version(connection: Connection, revisions: set[str]) -> None:
    """Carry over what a version before 0.2 noted in Alembic's own table, if that is ours.

    It is left as it is: processes of such a version may run at the same time, and look at it. A table of
    that name with anything else in it, or without our tables beside it, is another application's.
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
    """Return whether the tables are there that each migration up to this one makes."""
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
