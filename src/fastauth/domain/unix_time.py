"""Times as whole microseconds since 1970-01-01 UTC, the form in which cursors and ids have them."""

from datetime import UTC, datetime, timedelta

_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(time: datetime) -> int:
    """Return the microseconds since 1970-01-01 UTC."""
    return (time - _1970) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """Return the time so many microseconds after 1970-01-01, in UTC.

    Raises:
        OverflowError: It is later than the year 9999.
    """
    return _1970 + microseconds * _MICROSECOND
