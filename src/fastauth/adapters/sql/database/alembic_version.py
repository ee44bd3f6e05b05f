"""The table of the last migration, also that of versions before 0.2."""

from collections.abc import Callable
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
)

VERSION_TABLE = "fastauth_migration"
"""Table with the last migration. Alembic's default name may be that of another application."""

ALEMBIC_TABLE = "alembic_version"
"""Alembic's default name, which versions before 0.2 used."""


def migrated_to(connection: Connection) -> str | None:
    """Return the last migration, or ``None`` if there was none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    query: Select[Any] = select(column("version_num")).select_from(table(VERSION_TABLE))
    revision: str | None = connection.scalar(query)
    return revision


def import_alembic_version(connection: Connection, revisions: Callable[[], set[str]]) -> None:
    """Copy the last migration from the table of Alembic's default name, which versions before 0.2 used.

    That table stays as it is, because processes of such a version may still run and read it. If it has
    other content, or fastauth's tables do not exist, it belongs to another application. `revisions` reads
    all migrations; it is called only if that table has the form of a note.
    """
    inspector = inspect(connection)
    if inspector.has_table(VERSION_TABLE) or not inspector.has_table(ALEMBIC_TABLE):
        return
    if "version_num" not in {each["name"] for each in inspector.get_columns(ALEMBIC_TABLE)}:
        return
    query: Select[Any] = select(column("version_num")).select_from(table(ALEMBIC_TABLE))
    found = [str(revision) for revision in connection.scalars(query)]
    if len(found) != 1 or found[0] not in revisions() or not _is_ours(connection, found[0]):
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
        "0013": {"totp": {"failures"}, "recovery_code": {"used_at"}},
        "0021": {"webhook": {"disabled_reason"}},
        "0018": {"oauth_client": {"disabled_at"}, "client_secret": {"expires_at"}},
        "0016": {"event_feed": {"last_seq"}, "event": {"seq", "actor_id", "client_id"}},
        "0015": {"passkey": {"suspect_at"}, "user_info": {"handle"}},
        "0011": {"session": {"methods"}},
        "0010": {"revocation": {"at"}, "service_key": {"expires_at"}},
        "0009": {"user_role": {"granted_at"}, "event": {"detail"}},
        "0008": {
            "one_time_token": {"consumed_at"},
            "outbox": {"leased_until"},
            "email_address": {"replaced_at"},
        },
    }
    expected = [item for number, tables in made.items() if number <= revision for item in tables.items()]
    return all(
        inspector.has_table(name) and columns <= {each["name"] for each in inspector.get_columns(name)}
        for name, columns in expected
    )
