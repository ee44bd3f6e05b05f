"""Deletes expired rows in batches."""

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

from fastauth.adapters.sql.api_keys.tables import api_key
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.tasks import task_row
from fastauth.adapters.sql.database.types import UtcDateTime
from fastauth.adapters.sql.email_addresses.tables import email_address
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.idempotency.tables import idempotency_key
from fastauth.adapters.sql.invitations.tables import invitation
from fastauth.adapters.sql.one_time_tokens.tables import one_time_token
from fastauth.adapters.sql.outbox.tables import outbox
from fastauth.adapters.sql.rate_limits.tables import tally
from fastauth.adapters.sql.revocations.tables import revocation
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.trail import Retention

_BEFORE = bindparam("before", type_=UtcDateTime)


def _oldest(by: Column[datetime], is_expired: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a row is one of the oldest expired ones, at most ``max_rows``.

    The order makes the database read the index of the column. Without it PostgreSQL may scan the table, and
    reads all of it if the expired rows are at its end.
    """
    table = by.table
    (key,) = table.primary_key.columns
    return key.in_(select(key).where(is_expired).order_by(by).limit(bindparam("max_rows")))


def _delete_oldest(by: Column[datetime], is_expired: ColumnElement[bool]) -> Delete:
    return delete(by.table).where(_oldest(by, is_expired))


_CLAIM = (
    update(task_row)
    .where(
        task_row.c.name == bindparam("task"),
        or_(
            task_row.c.begun_at <= bindparam("due_before", type_=UtcDateTime),
            # written by a clock that was wrong: it must not delay the task
            task_row.c.begun_at > bindparam("latest", type_=UtcDateTime),
        ),
    )
    .values(begun_at=bindparam("now", type_=UtcDateTime))
)
_PURGE_SESSIONS = (
    _delete_oldest(session.c.ended_at, session.c.ended_at < _BEFORE),
    _delete_oldest(
        session.c.sweep_at, and_(session.c.sweep_at < _BEFORE, session.c.refresh_expires_at < _BEFORE)
    ),
)
_PURGE_COUNTERS = (_delete_oldest(tally.c.until, tally.c.until < _BEFORE),)
_PURGE_ONE_TIME_TOKENS = tuple(
    _delete_oldest(table.c.expires_at, table.c.expires_at < _BEFORE)
    for table in (one_time_token, idempotency_key, invitation)
)
_PURGE_OUTBOX = (
    _delete_oldest(outbox.c.done_at, outbox.c.done_at < _BEFORE),
    _delete_oldest(outbox.c.due_at, and_(outbox.c.done_at.is_(None), outbox.c.due_at < _BEFORE)),
)
_PURGE_REVOCATIONS = (_delete_oldest(revocation.c.at, revocation.c.at < _BEFORE),)
_PURGE_ADDRESSES = (_delete_oldest(email_address.c.replaced_at, email_address.c.replaced_at < _BEFORE),)
_PURGE_API_KEYS = (
    _delete_oldest(api_key.c.expires_at, api_key.c.expires_at < _BEFORE),
    _delete_oldest(api_key.c.revoked_at, api_key.c.revoked_at < _BEFORE),
)
_has_old_address = event.c.address.is_not(None) & (
    event.c.at < bindparam("addresses_before", type_=UtcDateTime)
)
_PURGE_EVENTS = (
    _delete_oldest(event.c.at, event.c.at < bindparam("events_before", type_=UtcDateTime)),
    update(event).where(_oldest(event.c.at, _has_old_address)).values(address=None),
)


class SqlExpiredRows:
    """See `fastauth.domain.operations.ports.ExpiredRows`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        """Update the row of the task, unless another process did so less than `every` ago."""
        values = {"task": task, "due_before": now - every, "latest": now + every, "now": now}
        return bool((await self._connections.execute(_CLAIM, values)).rowcount)

    async def purge_sessions(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` revoked and up to `limit` expired sessions.

        Sessions that ended with an epoch of their account are marked as revoked, or expire.
        """
        return await self._run(_PURGE_SESSIONS, before=before, max_rows=limit)

    async def purge_counters(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows."""
        return await self._run(_PURGE_COUNTERS, before=before, max_rows=limit)

    async def purge_one_time_tokens(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows of each table."""
        return await self._run(_PURGE_ONE_TIME_TOKENS, before=before, max_rows=limit)

    async def purge_outbox(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` closed and up to `limit` waiting rows."""
        return await self._run(_PURGE_OUTBOX, before=before, max_rows=limit)

    async def purge_revocations(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows."""
        return await self._run(_PURGE_REVOCATIONS, before=before, max_rows=limit)

    async def purge_addresses(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` rows."""
        return await self._run(_PURGE_ADDRESSES, before=before, max_rows=limit)

    async def purge_api_keys(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` expired and up to `limit` revoked keys."""
        return await self._run(_PURGE_API_KEYS, before=before, max_rows=limit)

    async def purge_events(self, retention: Retention, *, now: datetime, limit: int) -> int:
        """Delete up to `limit` events, and the addresses of up to `limit` others."""
        times = {"events_before": now - retention.events, "addresses_before": now - retention.addresses}
        return await self._run(_PURGE_EVENTS, **times, max_rows=limit)

    async def _run(self, statements: Sequence[Delete | Update], **values: object) -> int:
        """Run the statements one by one; return the number of changed rows."""
        changed = 0
        for statement in statements:
            changed += (await self._connections.execute(statement, values)).rowcount
        return changed
