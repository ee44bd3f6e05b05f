"""The table ``signing_key``."""

from sqlalchemy import Column, Integer, Table, Text

from fastauth.adapters.sql.database.types import UtcDateTime, metadata

signing_key = Table(
    "signing_key",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("public_jwk", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("signs_from", UtcDateTime, nullable=False),
)
