"""The table ``invitation``."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata

invitation = Table(
    "invitation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("locale", Text),
    Column("roles", Text, nullable=False),
    Column("invited_by", Id, ForeignKey("user_info.id", ondelete="CASCADE")),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("invitation_invited_by", "invited_by"),
    Index("invitation_expires_at", "expires_at"),
    sqlite_autoincrement=True,  # the token of a withdrawn invitation names its id: no other one gets it
)
