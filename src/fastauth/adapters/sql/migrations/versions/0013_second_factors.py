"""Add TOTP factors and recovery codes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result."""
    op.add_column("user_info", sa.Column("second_factor_at", INSTANT))
    owner = sa.ForeignKey("user_info.id", ondelete="CASCADE")
    op.create_table(
        "totp",
        sa.Column("user_id", ID, owner, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("recovery_code_user_id", "recovery_code", ["user_id"])
