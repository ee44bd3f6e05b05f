"""The table ``user_info``: accounts."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata, partial_where

user_info = Table(
    "user_info",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", Text),
    Column("username_key", Text, nullable=False),
    Column("password", Text),
    Column("fullname", Text),
    Column("disabled_at", UtcDateTime),
    Column("session_epoch", Integer, server_default="0"),
    Column("renames_paid_until", BigInteger),
    Column("locale", Text),
    Column("second_factor_at", UtcDateTime),
    Column("handle", LargeBinary),
    UniqueConstraint("username_key", name="user_info_username_key_unique"),
    Index("user_info_disabled", "id", **partial_where("disabled_at IS NOT NULL")),
    Index("user_info_username_search", text('username_key COLLATE "C"')).ddl_if(dialect="postgresql"),
    sqlite_autoincrement=True,  # the id of a deleted account is never reused
)
