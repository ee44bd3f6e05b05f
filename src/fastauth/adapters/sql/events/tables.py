"""The table ``event``: the audit trail."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

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
    Index("event_user_id_at", "user_id", "at"),
    Index("event_at", "at"),
    Index("event_name_digest_at", "name_digest", "at", **partial_where("name_digest IS NOT NULL")),
    Index("event_address_at", "at", **partial_where("address IS NOT NULL")),
    sqlite_autoincrement=True,
)
