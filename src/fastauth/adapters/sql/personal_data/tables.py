"""The tables ``erasure`` and ``erasure_receipt``."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

erasure = Table(
    "erasure",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("erase_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    Column("disabled_before", UtcDateTime),
    Column("name_digest", LargeBinary, nullable=False),
    Column("name_rests_until", UtcDateTime, nullable=False),
    Index("erasure_due", "erase_at", **partial_where("erased_at IS NULL")),
    Index("erasure_name_digest", "name_digest"),
    Index("erasure_erased_at", "erased_at"),
)
"""It has no foreign key: it outlives the account."""

erasure_receipt = Table(
    "erasure_receipt",
    metadata,
    Column(
        "user_id",
        Id,
        ForeignKey("erasure.user_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("consumer", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
