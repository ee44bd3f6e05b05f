"""The table ``browser_session``."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from fastauth.adapters.sql.database.types import UtcDateTime, metadata

browser_session = Table(
    "browser_session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("session_id", Text, ForeignKey("session.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("browser_session_session_id", "session_id"),
)
