"""Rename event types and actors to the terms of OWASP's Logging Vocabulary."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Leave a task; the rows are rewritten afterwards, in batches (see ``event_renames``).

    One ``UPDATE`` of a large audit trail would take minutes. In this transaction it could hold the locks of
    earlier migrations all that time.
    """
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT EXISTS (SELECT 1 FROM event)")):
        tasks = sa.table(
            "fastauth_task", sa.column("name"), sa.column("begun_at", sa.DateTime(timezone=True))
        )
        op.bulk_insert(tasks, [{"name": "rename_events", "begun_at": datetime(1970, 1, 1, tzinfo=UTC)}])
