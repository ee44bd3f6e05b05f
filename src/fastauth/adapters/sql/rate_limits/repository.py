"""Counters of rate limits in the table ``tally``.

PostgreSQL counts and refunds in one statement each, which implements the rules of the domain in SQL: see
`count_statement` and `refund_statement`. SQLite has one writer at a time, so a transaction calls the domain.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, TextualSelect, bindparam, exists, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.rate_limits.count_statement import count_statement, rules_of
from fastauth.adapters.sql.rate_limits.refund_statement import refund_parameters, refund_statement
from fastauth.adapters.sql.rate_limits.tables import tally
from fastauth.domain.rate_limits import counting
from fastauth.domain.rate_limits.counter import Counter, CounterKey
from fastauth.domain.rate_limits.hit import Decision, Hit, HitResult
from fastauth.domain.rate_limits.refund import Refund

Result = TypeVar("Result")
Counters = dict[CounterKey, Counter]

_insert = sqlite.insert(tally)
_UPSERT = _insert.on_conflict_do_update(
    index_elements=["key"], set_={"attempts": _insert.excluded.attempts, "until": _insert.excluded.until}
)

_current = tally.alias("current")
_STORED = select(tally.c.key).where(tally.c.key.in_(bindparam("keys", expanding=True)))
_MOVE = (
    update(tally)
    .where(tally.c.key == bindparam("older_key"))
    .where(~exists().where(_current.c.key == bindparam("current_key")))
    .values(key=bindparam("current_key"))
)


class SqlCounterRepository:
    """See `fastauth.domain.rate_limits.ports.CounterRepository`."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def count(self, hits: tuple[Hit, ...], *, now: datetime) -> HitResult:
        """Count in one statement; on SQLite in a transaction."""
        await self._move_older_counters(hits)
        if self._connections.dialect.name == "postgresql":
            return await self._count_in_one_statement(hits, now)

        def decide(counters: Counters) -> tuple[HitResult, Counters]:
            outcome, after = counting.count(hits, list(counters.values()), now)
            unchanged = outcome.decision is Decision.BUSY
            return outcome, {} if unchanged else dict(zip(counters, after, strict=True))

        return await self._connections.run_in_transaction(
            lambda connection: update_counters(connection, tuple(hit.key for hit in hits), decide, now)
        )

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        """Apply refunds in one statement; on SQLite in a transaction."""
        if self._connections.dialect.name == "postgresql":
            await self._connections.execute(refund_statement(refunds), refund_parameters(refunds, now))
        else:
            await self._connections.run_in_transaction(
                lambda connection: apply_refunds(connection, refunds, now)
            )

    async def _move_older_counters(self, hits: tuple[Hit, ...]) -> None:
        """Rename the keys of counters that are stored under older keys.

        Each statement locks a single row, so that concurrent attempts cannot deadlock.
        """
        current = {older: hit.key for hit in hits for older in hit.older_keys}
        if not current:
            return
        for (older,) in (await self._connections.execute(_STORED, {"keys": list(current)})).all():
            with suppress(IntegrityError):  # a concurrent attempt has inserted that key
                await self._connections.execute(_MOVE, {"older_key": older, "current_key": current[older]})

    async def _count_in_one_statement(self, hits: tuple[Hit, ...], now: datetime) -> HitResult:
        statement = count_statement(rules_of(hits))
        values: dict[str, object] = {f"key_{position}": hit.key for position, hit in enumerate(hits)}
        values["now"] = now
        for _ in hits:
            # A concurrent attempt may insert one of the rows: then nothing is counted, and the row exists
            # at the next try.
            with suppress(IntegrityError):
                return await self._execute(statement, values, hits, now)
        return await self._execute(statement, values, hits, now)

    async def _execute(
        self, statement: TextualSelect, values: dict[str, object], hits: tuple[Hit, ...], now: datetime
    ) -> HitResult:
        rows = (await self._connections.execute(statement, values)).all()
        counters = [Counter(row.attempts, row.until) for row in rows]
        return counting.counted(hits, counters, [row.room for row in rows], now)


def update_counters(
    connection: Connection,
    keys: tuple[CounterKey, ...],
    decide: Callable[[Counters], tuple[Result, Counters]],
    now: datetime,
) -> Result:
    """Update the counters under `keys` to what `decide` returns, in an open transaction of SQLite.

    Unchanged counters are written too, so that the work does not depend on whether an attempt counts.
    """
    rows = connection.execute(select(tally).where(tally.c.key.in_(keys)))
    stored = {row.key: Counter(row.attempts, row.until).or_new_if_expired(now) for row in rows}
    result, after = decide({key: stored.get(key, Counter()) for key in keys})
    written = [
        {"key": key, "attempts": each.count, "until": each.resets_at}
        for key, each in after.items()
        if each != Counter() or key in stored
    ]
    if written:
        connection.execute(_UPSERT, written)
    return result


def apply_refunds(connection: Connection, refunds: tuple[Refund, ...], now: datetime) -> None:
    """Apply refunds in an open transaction of SQLite."""
    keys = counting.keys_of(refunds)
    update_counters(connection, keys, lambda counters: (None, counting.refund(refunds, counters, now)), now)
