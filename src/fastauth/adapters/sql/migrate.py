"""Brings the database to the schema that this code needs."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from fastauth.adapters.sql.engine import Database, lift_limits
from fastauth.adapters.sql.failures import storage_failures

LOCK = 0x66617374  # "fast": any number that nobody else uses for an advisory lock of this database


IN_USE = ("0A000", "2BP01")
"""SQLSTATEs: a view reads the column that should change, or a foreign key needs the constraint."""


class MigrationRefused(Exception):
    """The database holds something that a migration cannot keep. Nothing was changed."""


async def migrate(database: Database, *, adopted_key: Callable[[str], str]) -> None:
    """Run every migration that the database has not seen, in one transaction.

    Any number of processes may call this at once: one of them migrates while the others wait.

    `adopted_key` gives the key for a name that was registered before fastauth was there.

    Raises:
        MigrationRefused: The database cannot be migrated as it is; it is left as it was.
        StorageUnavailable: The database is away, or another process is still migrating.
    """
    with storage_failures():
        async with database.engine.begin() as connection:
            await lift_limits(connection)
            if not database.is_sqlite:  # SQLite's transactions exclude each other as it is
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            try:
                await connection.run_sync(_upgrade, adopted_key)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in IN_USE:
                    raise
                raise MigrationRefused(_said(error)) from None


def _said(error: DBAPIError) -> str:
    """Return what Postgres says of the objects in the way; it names them and no values."""
    return f"Something else depends on the table user_info: {str(error.orig).splitlines()[0]}"


def _upgrade(connection: Connection, adopted_key: Callable[[str], str]) -> None:
    # Half a second that a start without migrations saves.
    from alembic import command, config  # noqa: PLC0415  only a migration needs it

    settings = config.Config()
    settings.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    settings.attributes.update(connection=connection, adopted_key=adopted_key)
    command.upgrade(settings, "head")
