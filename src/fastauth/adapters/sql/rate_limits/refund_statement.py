"""What `fastauth.domain.rate_limits.counting.refund` gives back, as Postgres computes it.

One statement locks the rows in the order of their keys, computes, and writes. Its text depends on
the kinds of refunds and their rules alone. A row that is missing stays away.

What is computed must be materialised: where another transaction has changed a row since this
statement began, Postgres joins the newest version of it with what was computed, and computes
nothing anew that is not a table.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import CTE, TextClause, text

from fastauth.adapters.sql.rate_limits.count_statement import (
    EPOCH_SQL,
    GIVEN_SQL,
    IS_REMEMBERED_SQL,
    LOCKED_FOREVER_SQL,
    interval,
)
from fastauth.domain.rate_limits.counter import EPOCH, CounterKey
from fastauth.domain.rate_limits.counting import Decrement, Refund, Reset, ResetAfterSuccess, ResetIfLocked
from fastauth.domain.rate_limits.limits import RateLimit

_REFUND = f"""
WITH {GIVEN_SQL}, found AS (
    SELECT key, attempts, until FROM tally WHERE key IN ({{keys}}){{provided}} ORDER BY key FOR UPDATE
), known AS (
    SELECT key, moment, CASE WHEN {IS_REMEMBERED_SQL} THEN attempts ELSE 0 END AS attempts,
           CASE WHEN {IS_REMEMBERED_SQL} THEN until ELSE {EPOCH_SQL} END AS until
    FROM found, given
), refunded AS MATERIALIZED (
    {{refunded}}
)
UPDATE tally SET attempts = refunded.attempts, until = refunded.until
FROM refunded WHERE tally.key = refunded.key
"""  # noqa: S608  no value of a request


def refund_statement(refunds: Sequence[Refund]) -> TextClause:
    """Return the statement that gives back what `refunds` say."""
    positions = {each.key: str(position).encode() for position, each in enumerate(refunds)}
    return _statement(tuple(_without_values(each, positions) for each in refunds))


def refund_with(refunds: Sequence[Refund], done: str) -> CTE:
    """Return the same for a statement that does something else, if the expression `done` has a row."""
    positions = {each.key: str(position).encode() for position, each in enumerate(refunds)}
    return _carried(tuple(_without_values(each, positions) for each in refunds), done)


def refund_parameters(refunds: Sequence[Refund], now: datetime) -> dict[str, object]:
    """Return the parameters of the statement for these `refunds`."""
    values: dict[str, object] = {"now": now}
    for position, each in enumerate(refunds):
        values[f"key_{position}"] = each.key
        if isinstance(each, Reset) and each.if_resets_at:
            values[f"until_{position}"] = each.if_resets_at
    return values


def _without_values(one: Refund, positions: dict[CounterKey, bytes]) -> Refund:
    """Return the refund with the position of its key for the key, and any time for its own."""
    key = CounterKey(positions[one.key])
    if isinstance(one, Decrement) and one.counted_under:
        return replace(one, key=key, counted_under=CounterKey(positions[one.counted_under]))
    if isinstance(one, Reset) and one.if_resets_at:
        return replace(one, key=key, if_resets_at=EPOCH)
    return replace(one, key=key)


@lru_cache(maxsize=128)
def _carried(refunds: tuple[Refund, ...], done: str) -> CTE:
    return _statement(refunds, f" AND EXISTS (SELECT FROM {done})").columns().cte("given_back")


@lru_cache(maxsize=128)
def _statement(refunds: tuple[Refund, ...], provided: str = "") -> TextClause:
    selects = []
    for position, each in enumerate(refunds):
        attempts, until = _refunded(each, position)
        selects.append(
            f"SELECT key, {attempts} AS attempts, {until} AS until "  # noqa: S608  no value of a request
            f"FROM known WHERE key = :key_{position}"
        )
    return text(
        _REFUND.format(
            keys=", ".join(f":key_{position}" for position in range(len(refunds))),
            provided=provided,
            refunded=" UNION ALL ".join(selects),
        )
    )


def _refunded(one: Refund, position: int) -> tuple[str, str]:
    """Return the attempts and the time after a refund."""
    match one:
        case Decrement():
            return _credited(one.rule) if isinstance(one.rule, RateLimit) else _less(one.counted_under)
        case ResetAfterSuccess():
            return "0", _earlier(one.rule, kept_if="attempts > 0", otherwise="moment")
        case Reset():
            return _new_if(f"until = :until_{position}" if one.if_resets_at else "true")
        case ResetIfLocked():
            return _new_if(f"(until = {LOCKED_FOREVER_SQL} OR attempts >= {one.rule.max_attempts})")


def _credited(rule: RateLimit) -> tuple[str, str]:
    """Return one attempt less in a budget."""
    reopened = f"moment + {interval(rule.retention)}"
    return (
        f"CASE WHEN until = {LOCKED_FOREVER_SQL} THEN attempts - 1 ELSE greatest(attempts - 1, 0) END",
        _earlier(rule, kept_if="attempts = 1", otherwise=reopened),
    )


def _earlier(rule: RateLimit, *, kept_if: str, otherwise: str) -> str:
    """Return the time of a budget that one attempt less was taken of, and that no longer is kept."""
    step, kept = interval(rule.emission_interval), interval(rule.retention + rule.emission_interval)
    return f"""CASE WHEN until = {LOCKED_FOREVER_SQL} THEN {otherwise}
        ELSE greatest({EPOCH_SQL}, until - CASE WHEN {kept_if}
            THEN {kept} ELSE {step} END) END"""


def _less(counted_under: CounterKey | None) -> tuple[str, str]:
    """Return one attempt of strangers less, or as many as are counted under another key."""
    number = "1"
    if counted_under:
        other = f":key_{counted_under.decode()}"
        number = f"coalesce((SELECT attempts FROM known WHERE key = {other}), 0)"  # noqa: S608  a position
    left = f"attempts - {number}"
    return (
        f"greatest({left}, 0)",
        f"CASE WHEN {left} > 0 THEN least(until, moment) ELSE {EPOCH_SQL} END",
    )


def _new_if(condition: str) -> tuple[str, str]:
    return (
        f"CASE WHEN {condition} THEN 0 ELSE attempts END",
        f"CASE WHEN {condition} THEN {EPOCH_SQL} ELSE until END",
    )
