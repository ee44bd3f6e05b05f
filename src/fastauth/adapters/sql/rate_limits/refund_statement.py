"""The refunds of `fastauth.domain.rate_limits.counting` as one statement of PostgreSQL.

The statement locks the rows in the order of their keys, computes, and writes. Its text depends only on the
kinds of refunds and their rules. A missing row stays missing.

The CTE ``refunded`` must be materialized. If another transaction has changed a row since this statement
began, PostgreSQL evaluates the UPDATE again with the new version of the row; a CTE that is not materialized
would be computed from the old version.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CTE, Select, TextClause, text

from fastauth.adapters.sql.rate_limits.count_statement import (
    EPOCH_SQL,
    GIVEN_SQL,
    IS_CURRENT_SQL,
    LOCKED_FOREVER_SQL,
    interval,
)
from fastauth.domain.rate_limits.counter import EPOCH, CounterKey
from fastauth.domain.rate_limits.rate_limit import RateLimit
from fastauth.domain.rate_limits.refund import Decrement, Refund, Reset, ResetAfterSuccess, ResetIfLocked

_REFUND = f"""
WITH {GIVEN_SQL}, found AS (
    SELECT key, attempts, until FROM tally WHERE key IN ({{keys}}){{condition}} ORDER BY key FOR UPDATE
), known AS (
    SELECT key, moment, CASE WHEN {IS_CURRENT_SQL} THEN attempts ELSE 0 END AS attempts,
           CASE WHEN {IS_CURRENT_SQL} THEN until ELSE {EPOCH_SQL} END AS until
    FROM found, given
), refunded AS MATERIALIZED (
    {{refunded}}
)
UPDATE tally SET attempts = refunded.attempts, until = refunded.until
FROM refunded WHERE tally.key = refunded.key
"""  # noqa: S608  contains no value of a request


def refund_statement(refunds: Sequence[Refund]) -> TextClause:
    """Return the statement that applies `refunds`."""
    positions = {each.key: str(position).encode() for position, each in enumerate(refunds)}
    return _statement(tuple(_without_values(each, positions) for each in refunds))


def refund_with(refunds: Sequence[Refund], changed: str) -> CTE:
    """Return a CTE that applies `refunds` if the CTE `changed` has a row."""
    positions = {each.key: str(position).encode() for position, each in enumerate(refunds)}
    return _as_cte(tuple(_without_values(each, positions) for each in refunds), changed)


@lru_cache(maxsize=128)
def add_cte(statement: Select[Any], cte: CTE) -> Select[Any]:
    """Return the same object for the same arguments, because SQLAlchemy caches per object."""
    return statement.add_cte(cte)


def refund_parameters(refunds: Sequence[Refund], now: datetime) -> dict[str, object]:
    """Return the parameters of the statement for `refunds`."""
    values: dict[str, object] = {"now": now}
    for position, each in enumerate(refunds):
        values[f"key_{position}"] = each.key
        if isinstance(each, Reset) and each.if_resets_at:
            values[f"until_{position}"] = each.if_resets_at
    return values


def _without_values(refund: Refund, positions: dict[CounterKey, bytes]) -> Refund:
    """Return the refund with positions instead of keys and a constant time, as a key of the cache."""
    key = CounterKey(positions[refund.key])
    if isinstance(refund, Decrement) and refund.counted_under:
        return replace(refund, key=key, counted_under=CounterKey(positions[refund.counted_under]))
    if isinstance(refund, Reset) and refund.if_resets_at:
        return replace(refund, key=key, if_resets_at=EPOCH)
    return replace(refund, key=key)


@lru_cache(maxsize=128)
def _as_cte(refunds: tuple[Refund, ...], changed: str) -> CTE:
    return _statement(refunds, f" AND EXISTS (SELECT FROM {changed})").columns().cte("refunds")


@lru_cache(maxsize=128)
def _statement(refunds: tuple[Refund, ...], condition: str = "") -> TextClause:
    selects = []
    for position, each in enumerate(refunds):
        attempts, until = _refunded(each, position)
        selects.append(
            f"SELECT key, {attempts} AS attempts, {until} AS until "  # noqa: S608  contains no value of a request
            f"FROM known WHERE key = :key_{position}"
        )
    return text(
        _REFUND.format(
            keys=", ".join(f":key_{position}" for position in range(len(refunds))),
            condition=condition,
            refunded=" UNION ALL ".join(selects),
        )
    )


def _refunded(refund: Refund, position: int) -> tuple[str, str]:
    """Return the expressions of both columns after a refund."""
    match refund:
        case Decrement(rule=RateLimit() as rule):
            return _decrement_limit(rule)
        case Decrement():
            return _decrement_backoff(refund.counted_under)
        case ResetAfterSuccess():
            return "0", _earlier_time(refund.rule, ends_run="attempts > 0", otherwise="moment")
        case Reset():
            return _reset_if(f"until = :until_{position}" if refund.if_resets_at else "true")
        case ResetIfLocked():
            return _reset_if(f"(until = {LOCKED_FOREVER_SQL} OR attempts >= {refund.rule.max_attempts})")


def _decrement_limit(rule: RateLimit) -> tuple[str, str]:
    """Return the expressions that take one attempt off a rate limit."""
    unlocked = f"moment + {interval(rule.retention)}"
    return (
        f"CASE WHEN until = {LOCKED_FOREVER_SQL} THEN attempts - 1 ELSE greatest(attempts - 1, 0) END",
        _earlier_time(rule, ends_run="attempts = 1", otherwise=unlocked),
    )


def _earlier_time(rule: RateLimit, *, ends_run: str, otherwise: str) -> str:
    """Return the time of a rate limit with one attempt less; `ends_run` is true if no failure is left."""
    step, step_and_retention = (
        interval(rule.emission_interval),
        interval(rule.retention + rule.emission_interval),
    )
    return f"""CASE WHEN until = {LOCKED_FOREVER_SQL} THEN {otherwise}
        ELSE greatest({EPOCH_SQL}, until - CASE WHEN {ends_run}
            THEN {step_and_retention} ELSE {step} END) END"""


def _decrement_backoff(counted_under: CounterKey | None) -> tuple[str, str]:
    """Return the expressions that take off one attempt, or as many as another key has."""
    number = "1"
    if counted_under:
        other = f":key_{counted_under.decode()}"
        number = f"coalesce((SELECT attempts FROM known WHERE key = {other}), 0)"  # noqa: S608  a position
    left = f"attempts - {number}"
    return (
        f"greatest({left}, 0)",
        f"CASE WHEN {left} > 0 THEN least(until, moment) ELSE {EPOCH_SQL} END",
    )


def _reset_if(condition: str) -> tuple[str, str]:
    return (
        f"CASE WHEN {condition} THEN 0 ELSE attempts END",
        f"CASE WHEN {condition} THEN {EPOCH_SQL} ELSE until END",
    )
