"""What was measured, beside what was hoped for."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, NamedTuple

from bench.servers import FASTAUTH, NAMES

COLUMNS = NAMES


TWO_DIGITS = 10


class Goal(NamedTuple):
    """A goal that a figure should keep."""

    bound: float
    at_least: bool = False

    def is_met_by(self, value: float) -> bool:
        """Say whether the value, as it is printed, keeps the bound."""
        printed = float(formatted(value))
        return printed >= self.bound if self.at_least else printed <= self.bound

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.bound:g}"


@dataclass(frozen=True)
class Result:
    """One row: what was found of each server, and the goal of one of them if there is one."""

    label: str
    samples: Mapping[str, Sequence[float]]
    n: str
    goal: Goal | None = None
    goal_of: str = FASTAUTH

    def value(self, name: str) -> float | None:
        """Return the median of what was found."""
        return median(self.samples[name]) if self.samples.get(name) else None

    @property
    def verdict(self) -> str:
        """Whether the goal is met."""
        value = self.value(self.goal_of)
        if self.goal is None or value is None:
            return ""
        return "met" if self.goal.is_met_by(value) else "**not met**"

    def as_json(self) -> dict[str, Any]:
        """Return everything there is, for programs."""
        return {
            "figure": self.label,
            "goal": None if self.goal is None else str(self.goal),
            "verdict": self.verdict.strip("*"),
            "n": self.n,
            "values": {name: self.value(name) for name in self.samples},
            "samples": {name: list(found) for name, found in self.samples.items()},
        }


def table(results: Sequence[Result]) -> str:
    """Return the figures in Markdown: those with a goal, then the others."""
    lines = [
        "| figure | goal | | fastauth | with limits | on SQLite | bare | stack | n |",
        "|---|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for result in sorted(results, key=lambda result: result.goal is None):
        goal = "" if result.goal is None else f"{result.goal}{_of(result)}"
        values = (_cell(result.value(name)) for name in COLUMNS)
        lines.append("| " + " | ".join([result.label, goal, result.verdict, *values, result.n]) + " |")
    return "\n".join(lines)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the least sample that at least `share` of all do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def formatted(value: float) -> str:
    """Return a number with three digits where it has a fraction, and whole from ten on."""
    return f"{value:.2f}" if abs(value) < TWO_DIGITS else f"{value:.0f}"


def _cell(value: float | None) -> str:
    return "" if value is None else formatted(value)


def _of(result: Result) -> str:
    return "" if result.goal_of == FASTAUTH else result.goal_of.removeprefix(FASTAUTH)
