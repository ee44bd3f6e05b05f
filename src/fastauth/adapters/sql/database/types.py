"""Column types and metadata that all tables share; they describe the schema after every migration."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, TypeDecorator, text

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite generates ids only for INTEGER


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, in UTC. SQLite has no time zones, so it stores UTC without an offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return `value` as the database stores it."""
        return value.astimezone(UTC).replace(tzinfo=None) if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a stored value in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def partial_where(condition: str) -> dict[str, Any]:
    """Return the arguments that restrict an `Index` to rows that meet `condition`."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}
