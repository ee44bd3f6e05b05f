"""The tables ``service`` and ``service_key``."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import UtcDateTime, metadata

service_row = Table(
    "service",
    metadata,
    Column("name", Text, primary_key=True),
    Column("permissions", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

service_key = Table(
    "service_key",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("service", Text, ForeignKey("service.name", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
)
