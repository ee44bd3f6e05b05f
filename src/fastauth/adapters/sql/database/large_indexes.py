"""Indexes of large tables, which PostgreSQL builds without blocking writes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

LOCK = 0x66696478
"""Advisory lock of this database: "fidx" in ASCII, so that no other application uses it by chance."""

_IS_MISSING = text(
    "SELECT NOT EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = to_regclass(:name) AND i.indisvalid)"
)
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")
_UNLOCK = text("SELECT pg_advisory_unlock(:lock)")


@dataclass(frozen=True)
class LargeIndex:
    """An index: its name, and the table with columns and condition."""

    name: str
    on: str
    unique: bool = False

    @property
    def statement(self) -> str:
        """The statement that blocks writes to the table while the index is built."""
        return f"CREATE {'UNIQUE ' if self.unique else ''}INDEX {self.name} ON {self.on}"

    @property
    def concurrent_statement(self) -> str:
        """The statement that lets writes continue. PostgreSQL refuses it inside a transaction."""
        return self.statement.replace("INDEX", "INDEX CONCURRENTLY", 1)


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
FEED_INDEXES = (
    LargeIndex("event_seq", "event (seq) WHERE seq > 0", unique=True),
    LargeIndex(
        "event_unnumbered",
        "event (id) WHERE seq IS NULL AND kind NOT IN ('session_renewed', 'session_renewal_failed', "
        "'login_failed', 'stepped_up', 'step_up_failed', 'password_change_failed', "
        "'password_reset_requested', 'second_factor_refused', 'recovery_code_used', 'passkey_used', "
        "'refreshed', 'refresh_refused', 'log_in_refused', 'password_change_refused')",
    ),
)
ACTOR_INDEXES = (LargeIndex("event_actor_id", "event (actor_id) WHERE actor_id IS NOT NULL"),)
"""Few events have an acting account; an erasure clears the addresses of those of a person."""
DISABLED_INDEXES = (LargeIndex("user_info_disabled", "user_info (id) WHERE disabled_at IS NOT NULL"),)
ROLE_INDEXES = (LargeIndex("user_role_role_user_id", "user_role (role, user_id)"),)
USERNAME_INDEXES = (LargeIndex("user_info_username_search", 'user_info (username_key COLLATE "C")'),)
"""The order of code points, whatever the collation of the database. Only PostgreSQL needs it."""
ADDRESS_INDEXES = (
    LargeIndex(
        "email_address_search", 'email_address (address_key COLLATE "C", id) WHERE replaced_at IS NULL'
    ),
)
"""See `USERNAME_INDEXES`."""
SEARCH_INDEXES = DISABLED_INDEXES + ROLE_INDEXES + USERNAME_INDEXES + ADDRESS_INDEXES
LARGE_INDEXES = EVENT_INDEXES + SESSION_INDEXES + FEED_INDEXES + SEARCH_INDEXES + ACTOR_INDEXES


def build_or_leave(connection: Connection, indexes: Sequence[LargeIndex]) -> None:
    """Build indexes of one table within a migration; on PostgreSQL only if the table is empty.

    `build_missing` builds those of other tables after the migration.
    """
    table = indexes[0].on.partition(" ")[0]
    if connection.dialect.name == "postgresql" and connection.scalar(
        text(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608  a constant
    ):
        return
    for index in indexes:
        connection.exec_driver_sql(index.statement)


def build_missing(connection: Connection) -> None:
    """Build missing indexes on a PostgreSQL connection in autocommit mode.

    An index that an earlier attempt left unfinished is invalid; it is dropped and built again. If another
    process is building them, this one does nothing. It does not wait for the other process's lock in a
    statement, because CREATE INDEX CONCURRENTLY waits for every statement that began before it.
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
