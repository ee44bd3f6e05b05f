"""The table ``idempotency_key``."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE")),
    Column("response", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("idempotency_key_user_id", "user_id"),
    Index("idempotency_key_expires_at", "expires_at"),
)
