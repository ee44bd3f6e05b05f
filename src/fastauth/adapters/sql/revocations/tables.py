"""The table ``revocation``."""

from sqlalchemy import Column, Index, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata

revocation = Table(
    "revocation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("revocation_at", "at"),
)
