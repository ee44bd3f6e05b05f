"""The table ``webhook``."""

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from fastauth.adapters.sql.database.types import UtcDateTime, metadata

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("types", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("previous_secret", Text),
    Column("previous_secret_ends_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_attempt_at", UtcDateTime),
    Column("last_success_at", UtcDateTime),
    Column("last_error", Text),
    Column("disabled_at", UtcDateTime),
    Column("disabled_reason", Text),
)
