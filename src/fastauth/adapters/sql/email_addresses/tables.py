"""The table ``email_address``."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

_VERIFIED = "verified_at IS NOT NULL AND replaced_at IS NULL"

email_address = Table(
    "email_address",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
    Column("address", Text, nullable=False),
    Column("address_key", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("verified_at", UtcDateTime),
    Column("replaced_at", UtcDateTime),
    Column("undeliverable_at", UtcDateTime),
    Index("email_address_key_unique", "address_key", unique=True, **partial_where(_VERIFIED)),
    Index("email_address_verified_unique", "user_id", unique=True, **partial_where(_VERIFIED)),
    Index("email_address_pending_unique", "user_id", unique=True, **partial_where("verified_at IS NULL")),
    Index("email_address_key", "address_key"),
    Index(
        "email_address_search", text('address_key COLLATE "C"'), "id", **partial_where("replaced_at IS NULL")
    ).ddl_if(dialect="postgresql"),
    Index("email_address_replaced", "user_id", **partial_where("replaced_at IS NOT NULL")),
    Index("email_address_replaced_at", "replaced_at", **partial_where("replaced_at IS NOT NULL")),
)

IS_VERIFIED = email_address.c.verified_at.is_not(None) & email_address.c.replaced_at.is_(None)
"""Whether a row is the verified address of its account, which has one at most."""
