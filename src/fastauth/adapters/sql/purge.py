"""Deletes expired rows in batches."""

from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Update,
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
from fastauth.domain.operations.purges import Expired

_BEFORE = bindparam("before", type_=UtcDateTime)


def _oldest(by: Column[datetime], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a row is one of the oldest by this column, at most ``max_rows``.

    They are from before ``before``, and meet `conditions`. The order makes the database read the index of the
    column. Without it PostgreSQL may scan the table, and reads all of it if the expired rows are at its end.
    """
    table = by.table
    (key,) = table.primary_key.columns
    return key.in_(select(key).where(by < _BEFORE, *conditions).order_by(by).limit(bindparam("max_rows")))


def _delete_oldest(by: Column[datetime], *conditions: ColumnElement[bool]) -> Delete:
    return delete(by.table).where(_oldest(by, *conditions))


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
_STATEMENTS: dict[Expired, tuple[Delete | Update, ...]] = {
    Expired.SESSIONS: (
        # Sessions that ended with an epoch of their account are marked as revoked, or expire.
        _delete_oldest(session.c.ended_at),
        _delete_oldest(session.c.sweep_at, session.c.refresh_expires_at < _BEFORE),
    ),
    Expired.COUNTERS: (_delete_oldest(tally.c.until),),
    Expired.EVENTS: (_delete_oldest(event.c.at),),
    Expired.EVENT_ADDRESSES: (
        update(event).where(_oldest(event.c.at, event.c.address.is_not(None))).values(address=None),
    ),
    Expired.ONE_TIME_TOKENS: (_delete_oldest(one_time_token.c.expires_at),),
    Expired.IDEMPOTENCY_KEYS: (_delete_oldest(idempotency_key.c.expires_at),),
    Expired.INVITATIONS: (_delete_oldest(invitation.c.expires_at),),
    Expired.REVOCATIONS: (_delete_oldest(revocation.c.at),),
    Expired.REPLACED_ADDRESSES: (_delete_oldest(email_address.c.replaced_at),),
    Expired.OUTBOX_ENTRIES: (
        _delete_oldest(outbox.c.done_at),
        _delete_oldest(outbox.c.due_at, outbox.c.done_at.is_(None)),
    ),
    Expired.API_KEYS: (_delete_oldest(api_key.c.expires_at), _delete_oldest(api_key.c.revoked_at)),
}


class SqlExpiredRows:
    """See `fastauth.domain.operations.ports.ExpiredRows`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        """Update the row of the task, unless another process did so less than `every` ago."""
        values = {"task": task, "due_before": now - every, "latest": now + every, "now": now}
        return bool((await self._connections.execute(_CLAIM, values)).rowcount)

    async def purge(self, rows: Expired, *, before: datetime, limit: int) -> int:
        """Run the statements one by one; each changes up to `limit` rows."""
        changed = 0
        for statement in _STATEMENTS[rows]:
            found = await self._connections.execute(statement, {"before": before, "max_rows": limit})
            changed += found.rowcount
        return changed
