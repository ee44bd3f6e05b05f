"""Measured values beside their goals, and the table of both."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from bench.servers import FASTAUTH, NAMES

COLUMNS = NAMES

TWO_DIGITS = 10
"""The least number with two digits before the decimal point."""


class Goal(NamedTuple):
    """An upper bound of a value, or a lower one."""

    bound: float
    at_least: bool = False

    def is_met_by(self, value: float) -> bool:
        """Return whether the value, rounded as in the table, keeps the bound."""
        printed = float(formatted(value))
        return printed >= self.bound if self.at_least else printed <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


@dataclass(frozen=True)
class Result:
    """One row: the samples of each server, and a goal for one of the servers."""

    label: str
    samples: Mapping[str, Sequence[float]]
    n: str
    """What was sampled, for instance ``3 of 1.6 s``."""
    goal: Goal | None = None
    goal_of: str = FASTAUTH
    """The server that the goal is for."""
    notes: Sequence[str] = ()
    """Details that are printed below the table."""

    def value(self, name: str) -> float | None:
        """Return the median of the samples of a server, or None without samples."""
        return median(self.samples[name]) if self.samples.get(name) else None

    @property
    def verdict(self) -> str:
        """Whether the goal is met: ``met``, ``**not met**``, or empty without a goal or samples."""
        value = self.value(self.goal_of)
        if self.goal is None or value is None:
            return ""
        return "met" if self.goal.is_met_by(value) else "**not met**"

    def as_json(self) -> dict[str, Any]:
        """Return everything, every sample included."""
        return {
            "figure": self.label,
            "goal": None if self.goal is None else str(self.goal),
            "verdict": self.verdict.strip("*"),
            "n": self.n,
            "values": {name: self.value(name) for name in self.samples},
            "samples": {name: list(found) for name, found in self.samples.items()},
            "notes": list(self.notes),
        }


def table(results: Sequence[Result]) -> str:
    """Return a table in Markdown: results with a goal, the others, then the notes of all."""
    lines = [
        "| figure | goal | | fastauth | with limits | on SQLite | bare | stack | n |",
        "|---|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for result in sorted(results, key=lambda result: result.goal is None):
        goal = "" if result.goal is None else f"{result.goal}{_of(result)}"
        values = (_cell(result.value(name)) for name in COLUMNS)
        lines.append("| " + " | ".join([result.label, goal, result.verdict, *values, result.n]) + " |")
    notes = [f"- {result.label}: {note}" for result in results for note in result.notes]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the smallest sample that at least `share` of all samples do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def formatted(value: float) -> str:
    """Return a number with two decimals below ten, and as an integer from ten on."""
    return f"{value:.2f}" if abs(value) < TWO_DIGITS else f"{value:.0f}"


def _cell(value: float | None) -> str:
    return "" if value is None else formatted(value)


def _of(result: Result) -> str:
    return "" if result.goal_of == FASTAUTH else result.goal_of.removeprefix(FASTAUTH)
