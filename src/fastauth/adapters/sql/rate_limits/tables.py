"""The table ``tally``: counters of rate limits."""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table

from fastauth.adapters.sql.database.types import UtcDateTime, metadata

tally = Table(
    "tally",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Index("tally_until", "until"),
)
