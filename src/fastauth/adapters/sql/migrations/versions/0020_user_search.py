"""Add indexes for the lists and the search of accounts."""

from alembic import op

from fastauth.adapters.sql.database.large_indexes import (
    ADDRESS_INDEXES,
    DISABLED_INDEXES,
    ROLE_INDEXES,
    USERNAME_INDEXES,
    build_or_leave,
)

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add. PostgreSQL builds the indexes of a table that has rows afterwards: see ``large_indexes``."""
    connection = op.get_bind()
    build_or_leave(connection, DISABLED_INDEXES)
    build_or_leave(connection, ROLE_INDEXES)
    if connection.dialect.name == "postgresql":
        build_or_leave(connection, USERNAME_INDEXES)
        build_or_leave(connection, ADDRESS_INDEXES)
