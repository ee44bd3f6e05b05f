"""The arithmetic of `fastauth.domain.counting` as Postgres computes it.

One statement locks the rows of an attempt in the order of their keys, decides, and writes. Its text
depends on the rules alone, so it is made once for each combination of them: parameters are the keys
(``key_0``, ``key_1``, ...) and the time (``now``). Rules are held to the functions of the core by
tests/contracts/tally_repository.py.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import TextClause, text

from fastauth.domain.counting import Hit, Part
from fastauth.domain.throttling import (
    CLOCK_SKEW,
    LONG_AGO,
    MOST_DOUBLINGS,
    NEVER,
    REMEMBERED,
    Backoff,
    Budget,
)

Rule = Budget | Backoff

LONG_AGO_SQL = f"TIMESTAMPTZ '{LONG_AGO.isoformat()}'"
NEVER_SQL = f"TIMESTAMPTZ '{NEVER.isoformat()}'"
NOW_SQL = "CAST(:now AS timestamptz)"

_COUNT = """
WITH found AS (
    SELECT key, attempts, until FROM tally WHERE key IN ({keys}) ORDER BY key FOR UPDATE
), known AS (
    {known}
), judged AS (
    {judged}
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
"""


@lru_cache(maxsize=128)
def count_statement(rules: tuple[tuple[Rule, Part], ...]) -> TextClause:
    """Return the statement that counts an attempt under as many keys as there are `rules`.

    It returns the tallies before the attempt and whether each had room. Where another transaction
    has just added one of the rows, it fails with a unique violation, and nothing has changed.
    """
    known = [
        f"""SELECT {position} AS position, CAST(:key_{position} AS bytea) AS key, '{part.name}' AS part,
            f.key IS NOT NULL AS is_stored,
            CASE WHEN {is_remembered("f")} THEN f.attempts ELSE 0 END AS attempts,
            CASE WHEN {is_remembered("f")} THEN f.until ELSE {LONG_AGO_SQL} END AS until
        FROM (SELECT) AS one LEFT JOIN found AS f ON f.key = :key_{position}"""  # noqa: S608  no value of a request
        for position, (_, part) in enumerate(rules)
    ]
    judged = [
        f"""SELECT known.*, {_room(rule)} AS room, {_after(rule)} AS after
        FROM known WHERE position = {position}"""  # noqa: S608  no value of a request
        for position, (rule, _) in enumerate(rules)
    ]
    return text(
        _COUNT.format(
            keys=", ".join(f":key_{position}" for position in range(len(rules))),
            known=" UNION ALL ".join(known),
            judged=" UNION ALL ".join(judged),
        )
    )


def rules_of(hits: Sequence[Hit]) -> tuple[tuple[Rule, Part], ...]:
    """Return what the statement for these hits is made of."""
    return tuple((hit.rule, hit.part) for hit in hits)


def is_remembered(row: str) -> str:
    """See `fastauth.domain.throttling.Tally.remembered`. It is ``NULL`` where there is no row."""
    return f"({row}.until = {NEVER_SQL} OR {NOW_SQL} < {row}.until + {interval(REMEMBERED)})"


def _room(rule: Rule) -> str:
    """Return whether `debited` finds room."""
    if isinstance(rule, Budget):
        latest = f"{NOW_SQL} + {interval(rule.per)}"
        return f"({_is_open(rule)} AND {_full_at(rule)} + {interval(rule.step)} <= {latest})"
    waits = f"until > {NOW_SQL} AND until <= {NOW_SQL} + {interval(rule.longest + CLOCK_SKEW)}"
    return f"({_is_open(rule)} AND NOT ({waits}))"


def _after(rule: Rule) -> str:
    """Return when the tally is over after an attempt."""
    if isinstance(rule, Budget):
        after = f"{_full_at(rule)} + {interval(rule.step + rule.kept)}"
    else:
        most = next(
            n for n in range(MOST_DOUBLINGS + 1) if n == MOST_DOUBLINGS or rule.first * 2**n >= rule.longest
        )
        wait = f"{interval(rule.first)} * power(2, least(attempts, {most}))"  # no interval is too long
        after = f"{NOW_SQL} + least({wait}, {interval(rule.longest)})"
    if rule.at_most is None:
        return after
    return f"CASE WHEN attempts + 1 = {rule.at_most} THEN {NEVER_SQL} ELSE {after} END"


def _is_open(rule: Rule) -> str:
    """Return whether `is_used_up` does not hold."""
    return f"until <> {NEVER_SQL}" + (f" AND attempts < {rule.at_most}" if rule.at_most is not None else "")


def _full_at(rule: Budget) -> str:
    """Return when a budget is full again."""
    stored = f"(until - {_kept(rule)})"
    latest = f"{NOW_SQL} + {interval(rule.per + CLOCK_SKEW)}"
    return f"CASE WHEN {stored} > {NOW_SQL} AND {stored} <= {latest} THEN {stored} ELSE {NOW_SQL} END"


def _kept(rule: Budget) -> str:
    """Return how much longer than it takes to refill a budget is remembered."""
    return f"CASE WHEN attempts > 0 THEN {interval(rule.kept)} ELSE {interval(timedelta(0))} END"


def interval(duration: timedelta) -> str:
    """Return a duration, exact to the microsecond, as hours alone: days of 24 hours in any time zone."""
    return f"INTERVAL '{duration // timedelta(microseconds=1)} microseconds'"
