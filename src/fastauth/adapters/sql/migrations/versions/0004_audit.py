"""Add to events who caused them, from which address, and which name was tried."""

import sqlalchemy as sa
from alembic import op

from fastauth.adapters.sql.database.large_indexes import EVENT_INDEXES, build_or_leave

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    While an index of a table is built in a transaction, no other transaction writes to that table.
    """
    op.add_column("event", sa.Column("name_digest", sa.LargeBinary))
    op.add_column("event", sa.Column("actor", sa.Text))
    op.add_column("event", sa.Column("address", sa.Text))
    build_or_leave(op.get_bind(), EVENT_INDEXES)
