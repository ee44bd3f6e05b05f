"""The tables ``role``, ``role_permission`` and ``user_role``."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text

from fastauth.adapters.sql.database.types import Id, UtcDateTime, metadata

role_row = Table(
    "role",
    metadata,
    Column("name", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("built_in", Boolean, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

role_permission = Table(
    "role_permission",
    metadata,
    Column("role", Text, ForeignKey("role.name", ondelete="CASCADE"), primary_key=True),
    Column("permission", Text, primary_key=True),
)

user_role = Table(
    "user_role",
    metadata,
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, ForeignKey("role.name"), primary_key=True),
    Column("granted_by", Id),
    Column("granted_at", UtcDateTime, nullable=False),
    Index("user_role_role", "role"),
    Index("user_role_role_user_id", "role", "user_id"),
)
