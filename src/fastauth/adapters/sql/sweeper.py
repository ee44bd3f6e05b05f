"""Removes rows that are over."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Table,
    Update,
    bindparam,
    delete,
    or_,
    select,
    text,
    update,
)

from fastauth.adapters.sql.connections import Connections
from fastauth.adapters.sql.failures import storage_failures
from fastauth.adapters.sql.tables import Instant, event, session, tally
from fastauth.domain.audit import Retention

_LOCK = 0x73776570  # "swep": nobody else's advisory lock of this database
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")

_SINCE = bindparam("over_since", type_=Instant)


def _some(table: Table, over: ColumnElement[bool]) -> ColumnElement[bool]:
    (key,) = table.primary_key.columns
    return key.in_(select(key).where(over).limit(bindparam("at_most")))


def _sweep(table: Table, over: ColumnElement[bool]) -> Delete:
    return delete(table).where(_some(table, over))


_SWEEPS = (
    _sweep(session, or_(session.c.refresh_expires_at < _SINCE, session.c.ended_at < _SINCE)),
    _sweep(tally, tally.c.until < _SINCE),
)
_has_old_address = event.c.address.is_not(None) & (event.c.at < bindparam("addresses_since", type_=Instant))
_EVENT_SWEEPS = (
    _sweep(event, event.c.at < bindparam("events_since", type_=Instant)),
    update(event).where(_some(event, _has_old_address)).values(address=None),
)


class SqlSweeper:
    """See `fastauth.domain.ports.Sweeper`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def sweep(self, *, over_since: datetime, at_most: int) -> int:
        """Delete some rows of each table."""
        return await self._sweep(_SWEEPS, over_since=over_since, at_most=at_most)

    async def sweep_events(self, kept: Retention, *, now: datetime, at_most: int) -> int:
        """Delete some rows, and some addresses in others."""
        since = {"events_since": now - kept.events, "addresses_since": now - kept.addresses}
        return await self._sweep(_EVENT_SWEEPS, **since, at_most=at_most)

    async def _sweep(self, sweeps: Sequence[Delete | Update], **values: object) -> int:
        """Do it if no other process does just now."""

        def act(connection: Connection) -> int:
            if connection.dialect.name == "postgresql" and not connection.scalar(_TRY_LOCK, {"lock": _LOCK}):
                return 0
            return sum(connection.execute(sweep, values).rowcount for sweep in sweeps)

        with storage_failures():
            return await self._connections.together(act)
