"""Add e-mail addresses, one-time tokens and the outbox."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
IN_FORCE = "verified_at IS NOT NULL AND replaced_at IS NULL"

TASKS = ("one_time_tokens", "outbox")


def upgrade() -> None:
    """Only add: the version before this one goes on working on the result.

    The tables are new and empty, so that their indexes take no time.
    """
    op.add_column("user_info", sa.Column("locale", sa.Text))
    _add_addresses()
    _add_tokens()
    _add_outbox()
    tasks = sa.table("fastauth_task", sa.column("name"), sa.column("begun_at", INSTANT))
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    op.bulk_insert(tasks, [{"name": task, "begun_at": long_ago} for task in TASKS])


def _add_addresses() -> None:
    op.create_table(
        "email_address",
        sa.Column("id", ID, primary_key=True),
        _owner(nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("address_key", sa.Text, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("verified_at", INSTANT),
        sa.Column("replaced_at", INSTANT),
        sa.Column("undeliverable_at", INSTANT),
    )
    _index("email_address_key_unique", "email_address", "address_key", where=IN_FORCE, unique=True)
    _index("email_address_verified_unique", "email_address", "user_id", where=IN_FORCE, unique=True)
    _index(
        "email_address_pending_unique", "email_address", "user_id", where="verified_at IS NULL", unique=True
    )
    _index("email_address_key", "email_address", "address_key")
    _index("email_address_replaced", "email_address", "user_id", where="replaced_at IS NOT NULL")


def _add_tokens() -> None:
    op.create_table(
        "one_time_token",
        sa.Column("id", ID, primary_key=True),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        _owner(),
        sa.Column("session_id", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("payload", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("consumed_at", INSTANT),
    )
    _index("one_time_token_digest_unique", "one_time_token", "digest", unique=True)
    _index("one_time_token_open", "one_time_token", "user_id", "purpose", where="consumed_at IS NULL")
    _index("one_time_token_expires_at", "one_time_token", "expires_at")


def _add_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        _owner(),
        sa.Column("sealed", sa.Text),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("expires_at", INSTANT),
        sa.Column("done_at", INSTANT),
        sa.Column("outcome", sa.Text),
        sa.Column("error", sa.Text),
    )
    _index("outbox_due", "outbox", "due_at", where="done_at IS NULL")
    _index("outbox_user_id", "outbox", "user_id", where="user_id IS NOT NULL")
    _index("outbox_done_at", "outbox", "done_at", where="done_at IS NOT NULL")


def _owner(*, nullable: bool = True) -> sa.Column[int]:
    return sa.Column("user_id", ID, sa.ForeignKey("user_info.id", ondelete="CASCADE"), nullable=nullable)


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        name, table, list(columns), unique=unique, postgresql_where=condition, sqlite_where=condition
    )
