"""The arithmetic of `fastauth.domain.rate_limits.counting` as Postgres computes it.

One statement locks the rows of an attempt in the order of their keys, decides, and writes. Its text
depends on the rules alone, so it is made once for each combination of them: parameters are the keys
(``key_0``, ``key_1``, ...) and the time (``now``). Rules are held to the functions of the core by
tests/contracts/rate_limits/counter_repository.py.

Its text stays below 4096 characters with as many rules as a log-in has: psycopg parses a longer one
again for each execution, which took a fifth of the processor time of a log-in.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnClause, TextualSelect, column, text

from fastauth.adapters.sql.database.connections import WRITES
from fastauth.domain.rate_limits.counter import COUNTER_RETENTION, EPOCH, LOCKED_FOREVER
from fastauth.domain.rate_limits.counting import Hit, Scope
from fastauth.domain.rate_limits.limits import CLOCK_SKEW, MAX_DOUBLINGS, Backoff, RateLimit

Rule = RateLimit | Backoff

_RETURNED: list[ColumnClause[Any]] = [column(name) for name in ("attempts", "until", "room")]


def interval(duration: timedelta) -> str:
    """Return a duration, exact to the microsecond, as hours alone: days of 24 hours in any time zone."""
    return f"INTERVAL '{duration // timedelta(microseconds=1)} us'"


EPOCH_SQL = f"TIMESTAMPTZ '{EPOCH:%Y-%m-%d %H:%MZ}'"
LOCKED_FOREVER_SQL = f"TIMESTAMPTZ '{LOCKED_FOREVER:%Y-%m-%d %H:%MZ}'"
GIVEN_SQL = "given AS (SELECT CAST(:now AS timestamptz) AS moment)"
"""The time of the attempt, as the column ``moment``."""

IS_REMEMBERED_SQL = f"(until = {LOCKED_FOREVER_SQL} OR moment < until + {interval(COUNTER_RETENTION)})"
"""See `fastauth.domain.rate_limits.limits.Counter.remembered`. It is ``NULL`` where there is no row."""

_COUNT = f"""
WITH {GIVEN_SQL}, found AS (
    SELECT key, attempts, until FROM tally WHERE key IN ({{keys}}) ORDER BY key FOR UPDATE
), known AS (
    SELECT asked.*, moment, found.key IS NOT NULL AS is_stored,
           CASE WHEN {IS_REMEMBERED_SQL} THEN attempts ELSE 0 END AS attempts,
           CASE WHEN {IS_REMEMBERED_SQL} THEN until ELSE {EPOCH_SQL} END AS until
    FROM given CROSS JOIN (VALUES {{rules}})
        AS asked (position, key, part, at_most, per, step, kept, first, longest, doublings)
    LEFT JOIN found ON found.key = asked.key
), stored AS (
    SELECT *, until <> {LOCKED_FOREVER_SQL} AND coalesce(attempts < at_most, true) AS is_open,
           CASE WHEN attempts > 0 THEN until - kept ELSE until END AS stored_at
    FROM known
), refilled AS (
    SELECT *, CASE WHEN stored_at > moment AND stored_at <= moment + per + {interval(CLOCK_SKEW)}
                   THEN stored_at ELSE moment END AS full_at
    FROM stored
), judged AS (
    SELECT position, key, part, is_stored, attempts, until,
           is_open AND CASE WHEN per IS NOT NULL THEN full_at + step <= moment + per
               ELSE until <= moment OR until > moment + longest + {interval(CLOCK_SKEW)} END AS room,
           CASE WHEN attempts + 1 = at_most THEN {LOCKED_FOREVER_SQL}
                WHEN per IS NOT NULL THEN full_at + step + kept
                ELSE moment + least(first * power(2, least(attempts, doublings)), longest) END AS after
    FROM refilled
), decided AS (
    SELECT coalesce(bool_and(room) FILTER (WHERE part <> 'ACCOUNT'), true) AS is_let_in,
           bool_and(room) AS counts
    FROM judged
), counted AS MATERIALIZED (
    SELECT position, key, attempts + 1 AS attempts, after, is_stored FROM judged, decided
    WHERE is_let_in AND (counts OR part = 'NETWORK')
), changed AS (
    UPDATE tally SET attempts = counted.attempts, until = counted.after
    FROM counted WHERE tally.key = counted.key AND is_stored
), added AS (
    INSERT INTO tally (key, attempts, until)
    SELECT key, attempts, after FROM counted WHERE NOT is_stored ORDER BY key
)
SELECT attempts, until, room FROM judged ORDER BY position
"""  # noqa: S608  no value of a request


@lru_cache(maxsize=128)
def count_statement(rules: tuple[tuple[Rule, Scope], ...]) -> TextualSelect:
    """Return the statement that counts an attempt under as many keys as there are `rules`.

    It returns the tallies before the attempt and whether each had room. Where another transaction
    has just added one of the rows, it fails with a unique violation, and nothing has changed.
    """
    rows = (
        f"({position}, CAST(:key_{position} AS bytea), '{part.name}', {_values(rule)})"
        for position, (rule, part) in enumerate(rules)
    )
    keys = (f":key_{position}" for position in range(len(rules)))
    counting = text(_COUNT.format(keys=", ".join(keys), rules=", ".join(rows)))
    # SQLAlchemy keeps what it knows of columns that are named; others it looks at after each execution.
    return counting.columns(*_RETURNED).execution_options(**{WRITES: True})


def rules_of(hits: Sequence[Hit]) -> tuple[tuple[Rule, Scope], ...]:
    """Return what the statement for these hits is made of."""
    return tuple((hit.rule, hit.scope) for hit in hits)


def _values(rule: Rule) -> str:
    """Return the numbers of a rule, from ``at_most`` to ``doublings``."""
    limit = rule.max_consecutive if isinstance(rule, RateLimit) else rule.max_attempts
    limit = rule.max_consecutive if isinstance(rule, RateLimit) else rule.max_attempts
    at_most = "NULL::integer" if limit is None else str(limit)
    nothing = "NULL::interval"
    if isinstance(rule, RateLimit):
        spans = map(interval, (rule.window, rule.emission_interval, rule.retention))
        return ", ".join((at_most, *spans, nothing, nothing, "NULL::integer"))
    doublings = next(
        n
        for n in range(MAX_DOUBLINGS + 1)
        if n == MAX_DOUBLINGS or rule.initial_delay * 2**n >= rule.max_delay
    )  # no interval is too long
    spans = map(interval, (rule.initial_delay, rule.max_delay))
    return ", ".join((at_most, nothing, nothing, nothing, *spans, str(doublings)))
