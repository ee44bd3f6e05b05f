"""Add when and how a session has last authenticated."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    No row is written: a session without a time has authenticated when it began.
    """
    op.add_column("session", sa.Column("authenticated_at", INSTANT))
    op.add_column("session", sa.Column("methods", sa.Text, server_default="pwd"))
