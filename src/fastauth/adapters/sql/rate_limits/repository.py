"""Tallies in the table ``tally``.

Postgres counts and refunds in one statement each, which computes what the domain does: see
`count_statement` and `refund_statement` beside this file. SQLite has one writer at a time, whose
transaction asks the domain.
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
from fastauth.domain.rate_limits.counting import Decision, Hit, HitResult, Refund

Result = TypeVar("Result")
Found = dict[CounterKey, Counter]

_insert = sqlite.insert(tally)
_WRITE = _insert.on_conflict_do_update(
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
        """Count in one statement, on SQLite in a transaction."""
        await self._move_older_counters(hits)
        if self._connections.dialect.name == "postgresql":
            return await self._count_at_once(hits, now)

        def act(found: Found) -> tuple[HitResult, Found]:
            outcome, after = counting.count(hits, list(found.values()), now)
            waits = outcome.decision is Decision.BUSY
            return outcome, {} if waits else dict(zip(found, after, strict=True))

        return await self._connections.run_in_transaction(
            lambda connection: change(connection, tuple(hit.key for hit in hits), act, now)
        )

    async def refund(self, refunds: tuple[Refund, ...], *, now: datetime) -> None:
        """Give back in one statement, on SQLite in a transaction."""
        if self._connections.dialect.name == "postgresql":
            await self._connections.execute(refund_statement(refunds), refund_parameters(refunds, now))
        else:
            await self._connections.run_in_transaction(
                lambda connection: apply_refunds(connection, refunds, now)
            )

    async def _move_older_counters(self, hits: tuple[Hit, ...]) -> None:
        """Store under the current keys what is stored under older ones; each row in a statement of its own.

        A statement locks one row, so that concurrent attempts cannot deadlock.
        """
        current = {older: hit.key for hit in hits for older in hit.older_keys}
        if not current:
            return
        for (older,) in (await self._connections.execute(_STORED, {"keys": list(current)})).all():
            with suppress(IntegrityError):  # another attempt has just stored a counter under that key
                await self._connections.execute(_MOVE, {"older_key": older, "current_key": current[older]})

    async def _count_at_once(self, hits: tuple[Hit, ...], now: datetime) -> HitResult:
        statement = count_statement(rules_of(hits))
        values: dict[str, object] = {f"key_{position}": hit.key for position, hit in enumerate(hits)}
        values["now"] = now
        for _ in hits:
            # Another attempt may add one of the rows meanwhile: then nothing is counted, and next
            # time that row is there.
            with suppress(IntegrityError):
                return await self._execute(statement, values, hits, now)
        return await self._execute(statement, values, hits, now)

    async def _execute(
        self, statement: TextualSelect, values: dict[str, object], hits: tuple[Hit, ...], now: datetime
    ) -> HitResult:
        rows = (await self._connections.execute(statement, values)).all()
        found = [Counter(row.attempts, row.until) for row in rows]
        return counting.counted(hits, found, [row.room for row in rows], now)


def change(
    connection: Connection,
    keys: tuple[CounterKey, ...],
    decide: Callable[[Found], tuple[Result, Found]],
    now: datetime,
) -> Result:
    """Write what `decide` makes of the tallies under `keys`, in a transaction that has begun on SQLite.

    What is written as it was keeps the work the same whether or not an attempt counts.
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
        connection.execute(_WRITE, written)
    return result


def apply_refunds(connection: Connection, refunds: tuple[Refund, ...], now: datetime) -> None:
    """Give back in a transaction that has begun on SQLite."""
    keys = counting.keys_of(refunds)
    change(connection, keys, lambda found: (None, counting.refund(refunds, found, now)), now)
