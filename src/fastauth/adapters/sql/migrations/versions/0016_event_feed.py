"""Number the events that other services read, and add to an event who acted on an account."""

import sqlalchemy as sa
from alembic import op

from fastauth.adapters.sql.database.large_indexes import FEED_INDEXES, build_or_leave

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    Events that are stored already get the number 0 and are not in the feed. On PostgreSQL it is the default
    while the column is added, which rewrites no row. SQLite cannot drop a default; a million rows take about
    two seconds there.
    """
    op.add_column("event", sa.Column("actor_id", ID))
    op.add_column("event", sa.Column("client_id", sa.Text))
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("event", sa.Column("seq", sa.BigInteger, server_default="0"))
        op.alter_column("event", "seq", server_default=None)
    else:
        op.add_column("event", sa.Column("seq", sa.BigInteger))
        op.execute("UPDATE event SET seq = 0")
    build_or_leave(op.get_bind(), FEED_INDEXES)
    feed = op.create_table(
        "event_feed",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(feed, [{"id": 1, "last_seq": 0}])
    permissions = sa.table("role_permission", sa.column("role"), sa.column("permission"))
    op.bulk_insert(permissions, [{"role": "admin", "permission": "fastauth:events.read_personal"}])
