"""Add tallies: how often something was tried."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.create_table(
        "tally",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("tally_until", "tally", ["until"])
