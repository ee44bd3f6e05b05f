"""The rules of `fastauth.domain.rate_limits.counting` as one statement of PostgreSQL.

The statement locks the rows of an attempt in the order of their keys, evaluates the rules, and writes. Its
text depends only on the rules, so it is built once for each combination. The parameters are the keys
(``key_0``, ``key_1``, ...) and the time (``now``). tests/contracts/rate_limits/counter_repository.py compares
it with the functions of the core.

The text has less than 4096 characters for the rules of a log-in. psycopg parses a longer text at each
execution, which took a fifth of the processor time of a log-in.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnClause, TextualSelect, column, text

from fastauth.adapters.sql.database.connections import WRITES
from fastauth.domain.rate_limits.backoff import MAX_DOUBLINGS, Backoff
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION, EPOCH, LOCKED_FOREVER
from fastauth.domain.rate_limits.hit import Hit, Scope
from fastauth.domain.rate_limits.rate_limit import CLOCK_SKEW, RateLimit

Rule = RateLimit | Backoff

_RETURNED: list[ColumnClause[Any]] = [column(name) for name in ("attempts", "until", "room")]


def interval(duration: timedelta) -> str:
    """Return an interval in microseconds; PostgreSQL would add a day as 23 or 25 hours when clocks change."""
    return f"INTERVAL '{duration // timedelta(microseconds=1)} us'"


EPOCH_SQL = f"TIMESTAMPTZ '{EPOCH:%Y-%m-%d %H:%MZ}'"
LOCKED_FOREVER_SQL = f"TIMESTAMPTZ '{LOCKED_FOREVER:%Y-%m-%d %H:%MZ}'"
GIVEN_SQL = "given AS (SELECT CAST(:now AS timestamptz) AS moment)"
"""The time of the attempt, as the column ``moment``."""

IS_CURRENT_SQL = f"(until = {LOCKED_FOREVER_SQL} OR moment < until + {interval(COUNTER_RETENTION)})"
"""See `fastauth.domain.rate_limits.counter.Counter.or_new_if_expired`. It is ``NULL`` without a row."""

_COUNT = f"""
WITH {GIVEN_SQL}, found AS (
    SELECT key, attempts, until FROM tally WHERE key IN ({{keys}}) ORDER BY key FOR UPDATE
), present AS (
    SELECT rule.*, moment, found.key IS NOT NULL AS is_stored,
           CASE WHEN {IS_CURRENT_SQL} THEN attempts ELSE 0 END AS attempts,
           CASE WHEN {IS_CURRENT_SQL} THEN until ELSE {EPOCH_SQL} END AS until
    FROM given CROSS JOIN (VALUES {{rules}})
        AS rule (position, key, scope, max_count, per, step, retention, initial, max_delay, doublings)
    LEFT JOIN found ON found.key = rule.key
), stored AS (
    SELECT *, until <> {LOCKED_FOREVER_SQL} AND coalesce(attempts < max_count, true) AS is_open,
           CASE WHEN attempts > 0 THEN until - retention ELSE until END AS stored_at
    FROM present
), refilled AS (
    SELECT *, CASE WHEN stored_at > moment AND stored_at <= moment + per + {interval(CLOCK_SKEW)}
                   THEN stored_at ELSE moment END AS arrival
    FROM stored
), evaluated AS (
    SELECT position, key, scope, is_stored, attempts, until,
           is_open AND CASE WHEN per IS NOT NULL THEN arrival + step <= moment + per
               ELSE until <= moment OR until > moment + max_delay + {interval(CLOCK_SKEW)} END AS room,
           CASE WHEN attempts + 1 = max_count THEN {LOCKED_FOREVER_SQL}
                WHEN per IS NOT NULL THEN arrival + step + retention
                ELSE moment + least(initial * power(2, least(attempts, doublings)), max_delay) END AS after
    FROM refilled
), decided AS (
    SELECT coalesce(bool_and(room) FILTER (WHERE scope <> 'ACCOUNT'), true) AS is_admitted,
           bool_and(room) AS has_room
    FROM evaluated
), counted AS MATERIALIZED (
    SELECT position, key, attempts + 1 AS attempts, after, is_stored FROM evaluated, decided
    WHERE is_admitted AND (has_room OR scope = 'NETWORK')
), changed AS (
    UPDATE tally SET attempts = counted.attempts, until = counted.after
    FROM counted WHERE tally.key = counted.key AND is_stored
), added AS (
    INSERT INTO tally (key, attempts, until)
    SELECT key, attempts, after FROM counted WHERE NOT is_stored ORDER BY key
)
SELECT attempts, until, room FROM evaluated ORDER BY position
"""  # noqa: S608  contains no value of a request


@lru_cache(maxsize=128)
def count_statement(rules: tuple[tuple[Rule, Scope], ...]) -> TextualSelect:
    """Return the statement that counts an attempt under one key for each of `rules`.

    It returns the counters before the attempt and whether each had room. If another transaction has just
    inserted one of the rows, it fails with a unique violation and changes nothing.
    """
    rows = (
        f"({position}, CAST(:key_{position} AS bytea), '{scope.name}', {_values(rule)})"
        for position, (rule, scope) in enumerate(rules)
    )
    keys = (f":key_{position}" for position in range(len(rules)))
    statement = text(_COUNT.format(keys=", ".join(keys), rules=", ".join(rows)))
    # SQLAlchemy caches the types of declared columns; others it looks up at each execution.
    return statement.columns(*_RETURNED).execution_options(**{WRITES: True})


def rules_of(hits: Sequence[Hit]) -> tuple[tuple[Rule, Scope], ...]:
    """Return the rules that the statement for these hits depends on."""
    return tuple((hit.rule, hit.scope) for hit in hits)


def _values(rule: Rule) -> str:
    """Return the columns of a rule, from ``max_count`` to ``doublings``."""
    limit = rule.max_consecutive if isinstance(rule, RateLimit) else rule.max_attempts
    max_count = "NULL::integer" if limit is None else str(limit)
    null = "NULL::interval"
    if isinstance(rule, RateLimit):
        intervals = map(interval, (rule.window, rule.emission_interval, rule.retention))
        return ", ".join((max_count, *intervals, null, null, "NULL::integer"))
    doublings = next(
        n
        for n in range(MAX_DOUBLINGS + 1)
        if n == MAX_DOUBLINGS or rule.initial_delay * 2**n >= rule.max_delay
    )  # stops at the longest delay, so that no interval overflows
    intervals = map(interval, (rule.initial_delay, rule.max_delay))
    return ", ".join((max_count, null, null, null, *intervals, str(doublings)))
