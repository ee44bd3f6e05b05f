"""Migrates the database to the schema that this code needs."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import (
    Connection,
    text,
)
from sqlalchemy.exc import DBAPIError

from fastauth.adapters.sql.database.alembic_version import import_alembic_version, migrated_to
from fastauth.adapters.sql.database.database import Database
from fastauth.adapters.sql.database.errors import (
    sqlstate,
    translate_database_errors,
)
from fastauth.adapters.sql.database.event_renames import rename_events
from fastauth.adapters.sql.database.large_indexes import build_missing
from fastauth.adapters.sql.database.new_sqlite import create_if_empty
from fastauth.adapters.sql.database.revision import REVISION
from fastauth.adapters.sql.database.timeouts import disable_timeouts
from fastauth.adapters.sql.database.unsupported_schema import known_problem

_log = logging.getLogger("fastauth.database")

LOCK = 0x66617374
"""Advisory lock of this database: "fast" in ASCII, so that no other application uses it by chance."""

LOCK_SECONDS = 1
"""Seconds that a migration waits for a lock on a table.

While it waits, later statements on the table queue behind it. So it gives up early and retries."""

LOCK_RETRY_SECONDS = 1.0
"""Seconds between two attempts to get the lock."""

MAX_LOCK_SECONDS = 240.0
"""Seconds after which the attempts end. If a backup takes longer, the command fails; run it again."""


LOCK_NOT_AVAILABLE = "55P03"


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
        if known := known_problem(error, role=role, schema=schema):
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


def _upgrade(connection: Connection, username_key_of: Callable[[str], str]) -> None:
    create_if_empty(connection)
    if migrated_to(connection) == REVISION:
        return
    # Importing Alembic takes half a second, which a start without migrations saves.
    from alembic import command, config  # noqa: PLC0415  see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415  see above

    settings = config.Config()
    settings.set_main_option("script_location", str(Path(__file__).parent.with_name("migrations")))
    settings.attributes.update(connection=connection, username_key_of=username_key_of)

    def revisions() -> set[str]:
        return {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}

    import_alembic_version(connection, revisions)
    command.upgrade(settings, "head")
