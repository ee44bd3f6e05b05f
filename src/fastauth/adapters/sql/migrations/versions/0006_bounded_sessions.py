"""Bound the sessions of an account, and make ending and sweeping them independent of their number."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from fastauth.adapters.sql.database.large_indexes import SESSION_INDEXES, build_or_leave

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

LONGEST_SESSION = timedelta(days=31)
"""When a session of the version before this one is looked at by the sweep: after its default end."""

TASKS = ("sessions", "tallies", "events")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    The defaults are constants, so no row is written. Indexes of a table that has rows are built
    afterwards, outside of this transaction (see ``large_indexes``).
    """
    op.add_column("user_info", sa.Column("session_epoch", sa.Integer, server_default="0"))
    op.add_column("user_info", sa.Column("renames_paid_until", sa.BigInteger))

    is_postgres = op.get_bind().dialect.name == "postgresql"
    sweep_at = (datetime.now(UTC) + LONGEST_SESSION).replace(tzinfo=None, microsecond=0)
    default = f"{sweep_at} +00:00" if is_postgres else f"{sweep_at}.000000"
    op.add_column("session", sa.Column("epoch", sa.Integer, server_default="0"))
    op.add_column("session", sa.Column("sweep_at", INSTANT, server_default=default))
    op.add_column("session", sa.Column("refreshes_paid_until", sa.BigInteger))
    op.add_column("session", sa.Column("refresh_recorded_at", INSTANT))
    op.add_column("session", sa.Column("spent_by", sa.LargeBinary))
    op.drop_index("session_refresh_expires_at", "session")  # with it no refresh can be a HOT update
    if is_postgres:
        op.execute("ALTER TABLE session SET (fillfactor = 85)")  # room for HOT updates on the same page
    build_or_leave(op.get_bind(), SESSION_INDEXES)

    tasks = op.create_table(
        "fastauth_task",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("begun_at", INSTANT, nullable=False),
    )
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    op.bulk_insert(tasks, [{"name": task, "begun_at": long_ago} for task in TASKS])
