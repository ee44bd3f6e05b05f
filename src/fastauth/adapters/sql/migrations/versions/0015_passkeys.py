"""Add passkeys."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    The table is new and empty. The column ``handle`` needs no index: an account is found by its passkey.
    """
    op.add_column("user_info", sa.Column("handle", sa.LargeBinary))
    op.create_table(
        "passkey",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("aaguid", sa.Text, nullable=False),
        sa.Column("transports", sa.Text, nullable=False),
        sa.Column("backup_eligible", sa.Boolean, nullable=False),
        sa.Column("backed_up", sa.Boolean, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("suspect_at", INSTANT),
    )
    op.create_index("passkey_user_id", "passkey", ["user_id"])
