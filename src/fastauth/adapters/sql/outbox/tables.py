"""The table ``outbox``."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE")),
    Column("sealed", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("expires_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("outcome", Text),
    Column("error", Text),
    Index("outbox_due", "due_at", **partial_where("done_at IS NULL")),
    Index("outbox_user_id", "user_id", **partial_where("user_id IS NOT NULL")),
    Index("outbox_done_at", "done_at", **partial_where("done_at IS NOT NULL")),
)
