"""Add the index of events by the account that acted."""

from alembic import op

from fastauth.adapters.sql.database.large_indexes import ACTOR_INDEXES, build_or_leave

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add. PostgreSQL builds the index of a table that has rows afterwards: see ``large_indexes``."""
    build_or_leave(op.get_bind(), ACTOR_INDEXES)
