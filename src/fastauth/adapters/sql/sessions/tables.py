"""The table ``session``."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("refresh_digest", LargeBinary, nullable=False),
    Column("refresh_expires_at", UtcDateTime, nullable=False),
    Column("spent_digest", LargeBinary),
    Column("spent_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("epoch", Integer, server_default="0"),
    Column("sweep_at", UtcDateTime),
    Column("refreshes_paid_until", BigInteger),
    Column("refresh_recorded_at", UtcDateTime),
    Column("spent_by", LargeBinary),
    Column("authenticated_at", UtcDateTime),
    Column("methods", Text, server_default="pwd"),
    Index("session_user_id", "user_id"),
    Index("session_open", "user_id", "epoch", "created_at", "id", **partial_where("ended_at IS NULL")),
    Index("session_sweep_at", "sweep_at"),
    Index("session_ended_at", "ended_at", **partial_where("ended_at IS NOT NULL")),
)
