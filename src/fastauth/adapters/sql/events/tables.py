"""The table ``event``: the audit trail, and the numbers of the published events."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, literal_column

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

UNNUMBERED_TYPES = (
    "session_renewed",
    "session_renewal_failed",
    "login_failed",
    "stepped_up",
    "step_up_failed",
    "password_change_failed",
    "password_reset_requested",
    "second_factor_refused",
    "recovery_code_used",
    "passkey_used",
    # Names of versions before migration 0007.
    "refreshed",
    "refresh_refused",
    "log_in_refused",
    "password_change_refused",
)
"""Frequent events that are not published, so that they cost no number."""

IS_UNNUMBERED = f"seq IS NULL AND kind NOT IN ({', '.join(map(repr, UNNUMBERED_TYPES))})"
"""The condition of the partial index. A statement uses the index only if it has this very text."""

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("user_id", Id),
    Column("session_id", Text),
    Column("name_digest", LargeBinary),
    Column("actor", Text),
    Column("address", Text),
    Column("detail", Text),
    Column("seq", BigInteger),
    Column("actor_id", Id),
    Column("client_id", Text),
    Index("event_user_id_at", "user_id", "at"),
    Index("event_at", "at"),
    Index("event_name_digest_at", "name_digest", "at", **partial_where("name_digest IS NOT NULL")),
    Index("event_address_at", "at", **partial_where("address IS NOT NULL")),
    Index("event_actor_id", "actor_id", **partial_where("actor_id IS NOT NULL")),
    Index("event_seq", "seq", unique=True, **partial_where("seq > 0")),
    Index("event_unnumbered", "id", **partial_where(IS_UNNUMBERED)),
    sqlite_autoincrement=True,
)

HAS_NUMBER = event.c.seq > literal_column("0")
"""The condition of the index of the numbers, with its very text."""

event_feed = Table(
    "event_feed",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)
"""One row: the last number that was given. The process that locks it gives the next ones."""
