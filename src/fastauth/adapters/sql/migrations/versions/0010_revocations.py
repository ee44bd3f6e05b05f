"""Add revocations, and services with their keys."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.create_table(
        "revocation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("revocation_at", "revocation", ["at"])
    op.create_table(
        "service",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("permissions", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_table(
        "service_key",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("service", sa.Text, sa.ForeignKey("service.name", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT),
    )
    tasks = sa.table("fastauth_task", sa.column("name"), sa.column("begun_at", INSTANT))
    op.bulk_insert(tasks, [{"name": "revocations", "begun_at": datetime(1970, 1, 1, tzinfo=UTC)}])
