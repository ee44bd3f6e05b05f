"""Rate limits in a column of the row that they limit: see `fastauth.domain.rate_limits.burst_limit`.

The column has the theoretical arrival time of the next act (GCRA), in microseconds since 1970, because SQLite
has no arithmetic for timestamps.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, case

from fastauth.domain.rate_limits.burst_limit import BurstLimit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_LIMIT = 2**62


def _arrival_time(column: ColumnElement[int]) -> ColumnElement[int]:
    """Return the arrival time before this act; that of a clock that was set back is ignored."""
    now = bindparam("limit_now", type_=BigInteger)
    threshold = bindparam("limit_reset_threshold", type_=BigInteger)
    return case((and_(column > now, column <= threshold), column), else_=now)


def next_arrival_time(column: ColumnElement[int]) -> ColumnElement[int]:
    """Return the new value of the column after one more act."""
    return _arrival_time(column) + bindparam("limit_interval", type_=BigInteger)


def is_allowed(column: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that the limit allows one more act."""
    return _arrival_time(column) <= bindparam("limit_max", type_=BigInteger)


def _microseconds(at: datetime) -> int:
    """Return a time as the column stores it."""
    return (at - _EPOCH) // _MICROSECOND


def parse_arrival_time(stored: int | None) -> datetime | None:
    """Return the time that the column stores."""
    return None if stored is None else _EPOCH + stored * _MICROSECOND


def limit_parameters(limit: BurstLimit | None, now: datetime) -> dict[str, object]:
    """Return the parameters of `next_arrival_time` and `is_allowed`; ``None`` is no limit."""
    microseconds = _microseconds(now)
    if limit is None:
        return {
            "limit_now": microseconds,
            "limit_max": _NO_LIMIT,
            "limit_reset_threshold": microseconds,
            "limit_interval": 0,
        }
    return {
        "limit_now": microseconds,
        "limit_max": _microseconds(limit.max_arrival_time(now)),
        "limit_reset_threshold": _microseconds(limit.reset_threshold(now)),
        "limit_interval": limit.interval // _MICROSECOND,
    }
