"""A chart of a run: throughput over its limit, and latency under load over latency at rest."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from bench.results import COLUMNS, Result
from bench.servers import BARE, FASTAUTH, LIMITED, SQLITE, STACK
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

COLOURS = {FASTAUTH: "#0b6e4f", LIMITED: "#3a9a77", SQLITE: "#7fc8a9", BARE: "#b8bec4", STACK: "#6f7a84"}
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "fastauth",  # equal results give an equal file
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(results: Sequence[Result], path: Path) -> None:
    """Write the chart as SVG with a white background, which is legible on light and dark pages."""
    with mpl.rc_context(STYLE):
        canvas = Canvas(figsize=(9, 3.6), layout="constrained", facecolor="white")
        throughput, latency = canvas.subplots(1, 2)
        rates = [result for result in results if "over bare hashes/s" in result.label]
        _bars(throughput, rates, [_short(result.label) for result in rates])
        throughput.axhline(1, color="black", linewidth=0.8, linestyle="--")
        throughput.set_title("throughput over hashes/s without a server (dashed; red: goal)", fontsize=9)
        slower = [result for result in results if "in flight, over its p99 at rest" in result.label]
        _bars(
            latency, slower, [result.label.partition(" with")[0].removeprefix("p99 of ") for result in slower]
        )
        latency.set_title("p99 while 64 register, over p99 at rest (red: goal, at most)", fontsize=9)
        handles, labels = latency.get_legend_handles_labels()
        canvas.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
        canvas.savefig(path, format="svg", metadata={"Date": None})


def _bars(axes: Axes, results: Sequence[Result], labels: Sequence[str]) -> None:
    """Draw a group of bars for each result, one bar for each server, with a line at the goal."""
    width = 0.8 / len(COLUMNS)
    for place, name in enumerate(COLUMNS):
        at = [group + (place - (len(COLUMNS) - 1) / 2) * width for group in range(len(results))]
        values = [result.value(name) or 0 for result in results]
        bars = axes.bar(at, values, width * 0.92, label=name, color=COLOURS[name])
        axes.bar_label(bars, fmt="%.2g", fontsize=7, padding=1)
    for group, result in enumerate(results):
        if result.goal:
            axes.hlines(result.goal.bound, group - 0.42, group + 0.42, color="#c0392b", linewidth=1)
    axes.set_xticks(range(len(results)), labels)


def _short(label: str) -> str:
    """Return the label of a group of bars, on two lines."""
    kind, _, workers = label.partition("s/s over bare hashes/s, ")
    return f"{kind}\n{workers}"
