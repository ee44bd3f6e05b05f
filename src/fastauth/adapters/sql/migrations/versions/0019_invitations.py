"""Add invitations, and requests with an idempotency key."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.create_table(
        "idempotency_key",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE")),
        sa.Column("response", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("idempotency_key_user_id", "idempotency_key", ["user_id"])
    op.create_index("idempotency_key_expires_at", "idempotency_key", ["expires_at"])
    op.create_table(
        "invitation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("locale", sa.Text),
        sa.Column("roles", sa.Text, nullable=False),
        sa.Column("invited_by", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("invitation_invited_by", "invitation", ["invited_by"])
    op.create_index("invitation_expires_at", "invitation", ["expires_at"])
