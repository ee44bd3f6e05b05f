"""Indexes of tables that may be large: Postgres builds them while the service goes on writing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

LOCK = 0x66696478  # "fidx": nobody else's advisory lock of this database

_IS_MISSING = text(
    "SELECT NOT EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = to_regclass(:name) AND i.indisvalid)"
)
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_UNLOCK = text("SELECT pg_advisory_unlock(:lock)")


@dataclass(frozen=True)
class LargeIndex:
    """An index by its name, and the rest of the statement that makes it."""

    name: str
    on: str

    @property
    def statement(self) -> str:
        """Make it, while nobody writes to the table."""
        return f"CREATE INDEX {self.name} ON {self.on}"

    @property
    def concurrent_statement(self) -> str:
        """Make it, while others write to the table. Postgres wants this outside of a transaction."""
        return f"CREATE INDEX CONCURRENTLY {self.name} ON {self.on}"


EVENT_INDEXES = (
    LargeIndex("event_at", "event (at)"),
    LargeIndex("event_name_digest_at", "event (name_digest, at) WHERE name_digest IS NOT NULL"),
    LargeIndex("event_address_at", "event (at) WHERE address IS NOT NULL"),
)
SESSION_INDEXES = (
    LargeIndex("session_open", "session (user_id, epoch, created_at, id) WHERE ended_at IS NULL"),
    LargeIndex("session_sweep_at", "session (sweep_at)"),
    LargeIndex("session_ended_at", "session (ended_at) WHERE ended_at IS NOT NULL"),
)
LARGE_INDEXES = EVENT_INDEXES + SESSION_INDEXES


def build_or_leave(connection: Connection, indexes: Sequence[LargeIndex]) -> None:
    """Build these of one table in a migration's transaction; on Postgres, only if the table has no rows.

    For a table that has rows `build_missing` does it afterwards.
    """
    table = indexes[0].on.partition(" ")[0]
    if connection.dialect.name == "postgresql" and connection.scalar(
        text(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608  a constant
    ):
        return
    for index in indexes:
        connection.exec_driver_sql(index.statement)


def build_missing(connection: Connection) -> None:
    """Build those that are missing, on a Postgres connection in autocommit mode.

    One that an earlier attempt left unfinished is invalid: it is dropped and built again. Where
    another process builds them already, nothing is done. It never waits for that process's lock in
    a statement: the build waits in its turn for every statement that began before it.
    """
    missing = [index for index in LARGE_INDEXES if connection.scalar(_IS_MISSING, {"name": index.name})]
    if not missing or not connection.scalar(_TRY_LOCK, {"lock": LOCK}):
        return
    try:
        for index in missing:
            if connection.scalar(_IS_MISSING, {"name": index.name}):
                connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}")
                connection.exec_driver_sql(index.concurrent_statement)
    finally:
        connection.execute(_UNLOCK, {"lock": LOCK})
