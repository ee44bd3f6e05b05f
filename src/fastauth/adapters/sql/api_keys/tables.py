"""The table ``api_key``."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

api_key = Table(
    "api_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Index("api_key_user_id", "user_id"),
    Index("api_key_expires_at", "expires_at"),
    Index("api_key_revoked_at", "revoked_at", **partial_where("revoked_at IS NOT NULL")),
)
