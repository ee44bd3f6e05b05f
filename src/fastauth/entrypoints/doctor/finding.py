"""Findings of checks, and their levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MAX_SHOWN = 5
"""Names in one finding."""


class Level(StrEnum):
    """Severity of a finding, in ascending order."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of checking one subject. It has no secret."""

    level: Level
    subject: str
    observed: str
    remedy: str | None = None
    """The setting to change, or another measure."""


def ok(subject: str, observed: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(level=Level.OK, subject=subject, observed=observed)


def warn(subject: str, observed: str, *, remedy: str | None = None) -> Finding:
    """Return a finding that the operator should know."""
    return Finding(level=Level.WARN, subject=subject, observed=observed, remedy=remedy)


def fail(subject: str, observed: str, *, remedy: str) -> Finding:
    """Return a finding that the operator must fix."""
    return Finding(level=Level.FAIL, subject=subject, observed=observed, remedy=remedy)


def first_few(names: Sequence[str]) -> str:
    """Return at most `MAX_SHOWN` names, and whether there are more."""
    return ", ".join(names[:MAX_SHOWN]) + " and more" * (len(names) > MAX_SHOWN)


def worst(findings: list[Finding]) -> Level:
    """Return the level of the most severe finding."""
    return max((finding.level for finding in findings), key=list(Level).index, default=Level.OK)


def exit_status(findings: list[Finding], *, strict: bool) -> int:
    """Return 1 if a finding fails, otherwise 0. With `strict`, a warning fails too."""
    return int(worst(findings) in ({Level.FAIL, Level.WARN} if strict else {Level.FAIL}))
