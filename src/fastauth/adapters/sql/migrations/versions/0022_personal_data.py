"""Add erasures and the receipts of services."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result. The tables are new and empty.

    No foreign key leads to the account, which the row outlives.
    """
    op.create_table(
        "erasure",
        sa.Column("user_id", ID, primary_key=True, autoincrement=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("erase_at", INSTANT, nullable=False),
        sa.Column("erased_at", INSTANT),
        sa.Column("disabled_before", INSTANT),
        sa.Column("name_digest", sa.LargeBinary, nullable=False),
        sa.Column("name_rests_until", INSTANT, nullable=False),
    )
    pending = sa.text("erased_at IS NULL")
    op.create_index("erasure_due", "erasure", ["erase_at"], postgresql_where=pending, sqlite_where=pending)
    op.create_index("erasure_name_digest", "erasure", ["name_digest"])
    op.create_index("erasure_erased_at", "erasure", ["erased_at"])
    op.create_table(
        "erasure_receipt",
        sa.Column(
            "user_id",
            ID,
            sa.ForeignKey("erasure.user_id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
    )
