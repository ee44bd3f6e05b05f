"""Add API keys."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result. The table is new and empty."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
    )
    op.create_index("api_key_user_id", "api_key", ["user_id"])
    op.create_index("api_key_expires_at", "api_key", ["expires_at"])
    op.create_index(
        "api_key_revoked_at",
        "api_key",
        ["revoked_at"],
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
        sqlite_where=sa.text("revoked_at IS NOT NULL"),
    )
    tasks = sa.table("fastauth_task", sa.column("name"), sa.column("begun_at", INSTANT))
    op.bulk_insert(tasks, [{"name": "api_keys", "begun_at": datetime(1970, 1, 1, tzinfo=UTC)}])
