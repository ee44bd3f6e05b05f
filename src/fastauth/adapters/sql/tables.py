"""The tables as they are once every migration has run."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what is an INTEGER


class Instant(TypeDecorator[datetime]):
    """A moment in time. SQLite knows no time zones: there it is kept in UTC without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Bring a moment into the form in which it is stored."""
        return value.astimezone(UTC).replace(tzinfo=None) if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a stored moment, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def partial_where(condition: str) -> dict[str, Any]:
    """Return what makes an index one of those rows alone of which this holds."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


user_info = Table(
    "user_info",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", Text),
    Column("username_key", Text, nullable=False),
    Column("password", Text),
    Column("fullname", Text),
    Column("disabled_at", Instant),
    Column("session_epoch", Integer, server_default="0"),
    Column("renames_paid_until", BigInteger),
    UniqueConstraint("username_key", name="user_info_username_key_unique"),
    sqlite_autoincrement=True,  # the id of somebody deleted is never given to somebody else
)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Id, ForeignKey("user_info.id", ondelete="CASCADE"), nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("refresh_digest", LargeBinary, nullable=False),
    Column("refresh_expires_at", Instant, nullable=False),
    Column("spent_digest", LargeBinary),
    Column("spent_at", Instant),
    Column("ended_at", Instant),
    Column("epoch", Integer, server_default="0"),
    Column("sweep_at", Instant),
    Column("refreshes_paid_until", BigInteger),
    Column("refresh_recorded_at", Instant),
    Column("spent_by", LargeBinary),
    Index("session_user_id", "user_id"),
    Index("session_open", "user_id", "epoch", "created_at", "id", **partial_where("ended_at IS NULL")),
    Index("session_sweep_at", "sweep_at"),
    Index("session_ended_at", "ended_at", **partial_where("ended_at IS NOT NULL")),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kid", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("public_jwk", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("signs_from", Instant, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("user_id", Id),
    Column("session_id", Text),
    Column("name_digest", LargeBinary),
    Column("actor", Text),
    Column("address", Text),
    Index("event_user_id_at", "user_id", "at"),
    Index("event_at", "at"),
    Index("event_name_digest_at", "name_digest", "at", **partial_where("name_digest IS NOT NULL")),
    Index("event_address_at", "at", **partial_where("address IS NOT NULL")),
    sqlite_autoincrement=True,
)

tally = Table(
    "tally",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("until", Instant, nullable=False),
    Index("tally_until", "until"),
)

task_row = Table(
    "fastauth_task",
    metadata,
    Column("name", Text, primary_key=True),
    Column("begun_at", Instant, nullable=False),
)

REVISION = "0006"
"""The last migration that this code relies on. Revisions are numbered, so text compares like age."""
