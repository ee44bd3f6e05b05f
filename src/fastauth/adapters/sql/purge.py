"""Removes rows that are over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Update,
    and_,
    bindparam,
    delete,
    or_,
    select,
    update,
)

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.tasks import task_row
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.rate_limits.tables import tally
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.trail import Retention

_SINCE = bindparam("over_since", type_=UtcDateTime)
_BEFORE = bindparam("begun_before", type_=UtcDateTime)
_SOON = bindparam("soon", type_=UtcDateTime)


def _oldest(by: Column[datetime], over: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a row is among the oldest of those that are over.

    The order has the database read the index of the column. Without it Postgres expects to find a few of
    many rows soonest by reading the table, and reads all of it where they are at its end.
    """
    table = by.table
    (key,) = table.primary_key.columns
    return key.in_(select(key).where(over).order_by(by).limit(bindparam("at_most")))


def _delete_oldest(by: Column[datetime], over: ColumnElement[bool]) -> Delete:
    return delete(by.table).where(_oldest(by, over))


_BEGIN = (
    update(task_row)
    .where(
        task_row.c.name == bindparam("begun_task"),
        # A clock that was wrong must not keep everybody from it.
        or_(
            task_row.c.begun_at <= _BEFORE,
            task_row.c.begun_at > _SOON,
        ),
    )
    .values(begun_at=bindparam("now", type_=UtcDateTime))
)
_SESSION_SWEEPS = (
    _delete_oldest(session.c.ended_at, session.c.ended_at < _SINCE),
    _delete_oldest(
        session.c.sweep_at, and_(session.c.sweep_at < _SINCE, session.c.refresh_expires_at < _SINCE)
    ),
)
_TALLY_SWEEPS = (_delete_oldest(tally.c.until, tally.c.until < _SINCE),)
_has_old_address = event.c.address.is_not(None) & (
    event.c.at < bindparam("addresses_since", type_=UtcDateTime)
)
_EVENT_SWEEPS = (
    _delete_oldest(event.c.at, event.c.at < bindparam("events_since", type_=UtcDateTime)),
    update(event).where(_oldest(event.c.at, _has_old_address)).values(address=None),
)


class SqlExpiredRows:
    """See `fastauth.domain.operations.ports.ExpiredRows`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        """Write the time into the task's row, unless another process did so less than `every` ago."""
        values = {"begun_task": task, "begun_before": now - every, "soon": now + every, "now": now}
        return bool((await self._connections.execute(_BEGIN, values)).rowcount)

    async def purge_sessions(self, *, before: datetime, limit: int) -> int:
        """Delete some that have ended, and some that have expired.

        Sessions that ended with an epoch of their account are marked as ended, or expire.
        """
        return await self._delete_oldest(_SESSION_SWEEPS, over_since=before, at_most=limit)

    async def purge_counters(self, *, before: datetime, limit: int) -> int:
        """Delete some rows."""
        return await self._delete_oldest(_TALLY_SWEEPS, over_since=before, at_most=limit)

    async def purge_events(self, retention: Retention, *, now: datetime, limit: int) -> int:
        """Delete some rows, and some addresses in others."""
        since = {"events_since": now - retention.events, "addresses_since": now - retention.addresses}
        return await self._delete_oldest(_EVENT_SWEEPS, **since, at_most=limit)

    async def _delete_oldest(self, sweeps: Sequence[Delete | Update], **values: object) -> int:
        """Do each in a statement of its own."""
        swept = 0
        for sweep in sweeps:
            swept += (await self._connections.execute(sweep, values)).rowcount
        return swept
