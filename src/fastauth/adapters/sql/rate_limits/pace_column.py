"""Budgets in a column of the row that they bound: see `fastauth.domain.rate_limits.pace`.

The column holds microseconds since 1970, since SQLite does not add to instants.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case

from fastauth.domain.rate_limits.burst_limit import BurstLimit

_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNLIMITED = 2**62


def _paid(column: ColumnElement[int]) -> ColumnElement[int]:
    """Return until when is paid for before this act: see `fastauth.domain.rate_limits.pace`."""
    now, implausible = bindparam("paid_now", type_=BigInteger), bindparam("implausible", type_=BigInteger)
    return case((and_(column > now, column <= implausible), column), else_=now)


def next_allowance(column: ColumnElement[int]) -> ColumnElement[int]:
    """Return the new value of a column that holds until when is paid for."""
    return _paid(column) + bindparam("paid_interval", type_=BigInteger)


def has_allowance(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition under which there is room for one more act."""
    return _paid(column) <= bindparam("paid_latest", type_=BigInteger)


def _microseconds(at: datetime) -> int:
    """Return an instant as such a column holds it."""
    return (at - _1970) // _MICROSECOND


def instant_of(paid_until: int | None) -> datetime | None:
    """Return the instant that such a column holds."""
    return None if paid_until is None else _1970 + paid_until * _MICROSECOND


def pace_values(pace: BurstLimit | None, now: datetime) -> dict[str, object]:
    """Return the values of `next_allowance` and `has_allowance`; without a pace there is always room."""
    paid_now = _microseconds(now)
    if pace is None:
        return {"paid_now": paid_now, "paid_latest": _UNLIMITED, "implausible": paid_now, "paid_interval": 0}
    return {
        "paid_now": paid_now,
        "paid_latest": _microseconds(pace.max_arrival_time(now)),
        "implausible": _microseconds(pace.reset_threshold(now)),
        "paid_interval": pace.interval // _MICROSECOND,
    }
