"""The queue of the entries in the table ``outbox`` that wait."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.outbox.statements import (
    BACKLOG,
    CLAIM,
    COMPLETE,
    DONE,
    DONE_AFTER,
    IS_ANY_DUE,
    MAKE_ALL_DUE,
    MAKE_DUE,
    RELEASE,
    RETRY,
    WAITING,
    WAITING_AFTER,
    crash_parameter,
)
from fastauth.domain.outbox.message import Backlog, OutboxKind, OutboxOutcome, OutboxPlace, OutboxRecord
from fastauth.domain.outbox.schedule import MAX_ATTEMPTS, crash_delay
from fastauth.domain.outbox.sealed import ClaimedEntry


class SqlOutboxQueue:
    """See `fastauth.domain.outbox.ports.OutboxQueue`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def claim(
        self, *, kinds: Collection[OutboxKind], now: datetime, lease: timedelta, limit: int
    ) -> list[ClaimedEntry]:
        """Claim in one statement.

        On SQLite a SELECT decides first whether there is anything to do: an UPDATE would wait for the write
        lock even if it found nothing. The UPDATE takes that lock before it reads, so no two claims overlap.
        """
        dialect = self._connections.dialect.name
        due: dict[str, object] = {"at": now, "kinds": [kind.value for kind in kinds]}
        if dialect == "sqlite" and (await self._connections.execute(IS_ANY_DUE, due)).first() is None:
            return []
        leases = {"lease_ends_at": now + lease, "max_rows": limit}
        repeats = {
            crash_parameter(attempts): now + crash_delay(attempts, lease)
            for attempts in range(1, MAX_ATTEMPTS + 1)
        }
        rows = await self._connections.execute(CLAIM[dialect], {**due, **leases, **repeats})
        return [_claimed(row) for row in rows]

    async def complete(
        self, entry_id: str, *, outcome: OutboxOutcome, now: datetime, error: str | None = None
    ) -> None:
        """Update the row, unless it is closed."""
        values = {"entry_id": entry_id, "at": now, "new_outcome": outcome.value, "new_error": error}
        await self._connections.execute(COMPLETE, values)

    async def retry(self, entry: ClaimedEntry, *, due_at: datetime, error: str | None) -> None:
        """Update the row if it has the number of attempts that it had after our claim."""
        values = {"entry_id": entry.id, "claimed_attempts": entry.attempts, "new_due_at": due_at}
        await self._connections.execute(RETRY, {**values, "new_error": error})

    async def release(self, entry: ClaimedEntry, *, due_at: datetime) -> None:
        """Update the row if it has the number of attempts that it had after our claim."""
        values = {"entry_id": entry.id, "claimed_attempts": entry.attempts, "new_due_at": due_at}
        await self._connections.execute(RELEASE, values)

    async def make_due(self, *, entry_id: str | None, now: datetime) -> int:
        """Update rows that are not leased."""
        if entry_id is None:
            return (await self._connections.execute(MAKE_ALL_DUE, {"at": now})).rowcount
        return (await self._connections.execute(MAKE_DUE, {"at": now, "entry_id": entry_id})).rowcount

    async def records(
        self, *, waiting: bool, limit: int, after: OutboxPlace | None = None
    ) -> list[OutboxRecord]:
        """Read rows without the column ``sealed``."""
        values: dict[str, object] = {"max_rows": limit}
        if after is None:
            statement = WAITING if waiting else DONE
        else:
            statement = WAITING_AFTER if waiting else DONE_AFTER
            values |= {"after_at": after.at, "after_id": after.id}
        rows = await self._connections.execute(statement, values)
        return [_record(row) for row in rows]

    async def backlog(self, *, now: datetime) -> Backlog:
        """Count the rows in the index of those that wait."""
        row = (await self._connections.execute(BACKLOG, {"at": now})).one()
        return Backlog(row.waiting, now - (row.oldest_due or now))


def _claimed(row: Row[Any]) -> ClaimedEntry:
    return ClaimedEntry(
        id=row.id,
        kind=OutboxKind(row.kind),
        user_id=row.user_id,
        sealed=row.sealed,
        attempts=row.attempts,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _record(row: Row[Any]) -> OutboxRecord:
    return OutboxRecord(
        id=row.id,
        kind=row.kind,
        user_id=row.user_id,
        created_at=row.created_at,
        due_at=row.due_at,
        leased_until=row.leased_until,
        attempts=row.attempts,
        expires_at=row.expires_at,
        done_at=row.done_at,
        outcome=OutboxOutcome(row.outcome) if row.outcome else None,
        error=row.error,
    )
