"""The tables ``oauth_client`` and ``client_secret``.

The tables ``service`` and ``service_key`` before them are not used any more. A version that uses them may
still serve, so they stay.
"""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata

oauth_client = Table(
    "oauth_client",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("audiences", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Id, ForeignKey("user_info.id", ondelete="SET NULL")),
    Column("last_used_at", UtcDateTime),
    Column("disabled_at", UtcDateTime),
)

client_secret = Table(
    "client_secret",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("client_id", Text, ForeignKey("oauth_client.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Index("client_secret_client_id", "client_id"),
)
