"""The table ``fastauth_task``: when each background task last began."""

from sqlalchemy import Column, Table, Text

from fastauth.adapters.sql.database.types import UtcDateTime, metadata

task_row = Table(
    "fastauth_task",
    metadata,
    Column("name", Text, primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
)
