"""The table ``passkey``."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata

passkey = Table(
    "passkey",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("aaguid", Text, nullable=False),
    Column("transports", Text, nullable=False),
    Column("backup_eligible", Boolean, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Column("suspect_at", UtcDateTime),
    Index("passkey_user_id", "user_id"),
)
