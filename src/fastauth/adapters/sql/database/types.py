"""The tables as they are once every migration has run."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    TypeDecorator,
    text,
)

metadata = MetaData()

Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only what is an INTEGER


class UtcDateTime(TypeDecorator[datetime]):
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
