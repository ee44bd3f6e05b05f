"""Add webhooks, and the permissions to read and change them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
PERMISSIONS = (
    ("admin", "fastauth:webhooks.read"),
    ("admin", "fastauth:webhooks.write"),
    ("auditor", "fastauth:webhooks.read"),
)


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("types", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("previous_secret", sa.Text),
        sa.Column("previous_secret_ends_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_attempt_at", INSTANT),
        sa.Column("last_success_at", INSTANT),
        sa.Column("last_error", sa.Text),
        sa.Column("disabled_at", INSTANT),
        sa.Column("disabled_reason", sa.Text),
    )
    permissions = sa.table("role_permission", sa.column("role"), sa.column("permission"))
    op.bulk_insert(permissions, [{"role": role, "permission": each} for role, each in PERMISSIONS])
