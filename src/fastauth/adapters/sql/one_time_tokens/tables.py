"""The table ``one_time_token``."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

one_time_token = Table(
    "one_time_token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE")),
    Column("session_id", Text),
    Column("subject", Text),
    Column("payload", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("consumed_at", UtcDateTime),
    Index("one_time_token_digest_unique", "digest", unique=True),
    Index("one_time_token_open", "user_id", "purpose", **partial_where("consumed_at IS NULL")),
    Index("one_time_token_expires_at", "expires_at"),
)
