"""Add the purge of replaced e-mail addresses."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    The table is as old as migration 0008 and has few replaced rows, so that the index takes no time.
    """
    condition = sa.text("replaced_at IS NOT NULL")
    op.create_index(
        "email_address_replaced_at",
        "email_address",
        ["replaced_at"],
        postgresql_where=condition,
        sqlite_where=condition,
    )
    tasks = sa.table("fastauth_task", sa.column("name"), sa.column("begun_at", sa.DateTime(timezone=True)))
    op.bulk_insert(tasks, [{"name": "email_addresses", "begun_at": datetime(1970, 1, 1, tzinfo=UTC)}])
