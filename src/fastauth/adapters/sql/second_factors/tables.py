"""The tables ``totp`` and ``recovery_code``."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata

totp = Table(
    "totp",
    metadata,
    Column(
        "user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("sealed", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("last_step", BigInteger, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("recovery_code_user_id", "user_id"),
)
