"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters, the least first."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. It holds no secret."""

    level: Level
    subject: str
    observed: str
    remedy: str | None = None
    """The setting, or what else would make it better."""


def ok(subject: str, observed: str) -> Finding:
    """Return a finding that is as it should be."""
    return Finding(level=Level.OK, subject=subject, observed=observed)


def warn(subject: str, observed: str, *, remedy: str | None = None) -> Finding:
    """Return a finding that somebody should know of."""
    return Finding(level=Level.WARN, subject=subject, observed=observed, remedy=remedy)


def fail(subject: str, observed: str, *, remedy: str) -> Finding:
    """Return a finding that must not stay as it is."""
    return Finding(level=Level.FAIL, subject=subject, observed=observed, remedy=remedy)


def worst(findings: list[Finding]) -> Level:
    """Return the level of the gravest finding."""
    return max((finding.level for finding in findings), key=list(Level).index, default=Level.OK)


def exit_status(findings: list[Finding], *, strict: bool) -> int:
    """Return 1 where something fails, and 0 where all is well; a warning fails if one is `strict`."""
    return int(worst(findings) in ({Level.FAIL, Level.WARN} if strict else {Level.FAIL}))
