"""Add sessions, signing keys and events, and a way to disable an account."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.add_column("user_info", sa.Column("disabled_at", INSTANT))
    op.create_table(
        "session",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_agent", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("refresh_digest", sa.LargeBinary, nullable=False),
        sa.Column("refresh_expires_at", INSTANT, nullable=False),
        sa.Column("spent_digest", sa.LargeBinary),
        sa.Column("spent_at", INSTANT),
        sa.Column("ended_at", INSTANT),
    )
    op.create_index("session_user_id", "session", ["user_id"])
    op.create_index("session_refresh_expires_at", "session", ["refresh_expires_at"])
    op.create_table(
        "signing_key",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("algorithm", sa.Text, nullable=False),
        sa.Column("public_jwk", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("signs_from", INSTANT, nullable=False),
    )
    op.create_table(
        "event",
        sa.Column("id", ID, sa.Identity(), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", ID),
        sa.Column("session_id", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("event_user_id_at", "event", ["user_id", "at"])
