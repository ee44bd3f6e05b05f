"""``make bench``: measure fastauth beside its references, print the table, draw the picture.

Every measurement is bounded in time and count, and nothing leaves this machine.
See docs/internals/benchmark.md.
"""

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop
from bench import calm, cpu, millions, one_network, onrush, throughput
from bench.figures import Figure, table
from bench.load import precise_loop
from bench.picture import draw
from bench.runs import conditions
from bench.servers import allow_many_connections, raise_max_connections
from tests.harness.postgres import own_postgres


def measure(parts: list[str], *, rounds: int, users: int) -> list[Figure]:
    """Run the parts one after the other."""
    figures: list[Figure] = []
    with own_postgres() as postgres:
        raise_max_connections(postgres)
        if "throughput" in parts:
            figures += _run(throughput.measure(postgres, rounds=rounds, seconds=1.6))
        if "cpu" in parts:
            figures += _run(cpu.measure(postgres, rounds=3 * rounds, number=100))
        if "network" in parts:
            figures += _run(one_network.measure(postgres, rounds=rounds, seconds=3))
        if "calm" in parts:
            figures += _run(calm.measure(postgres, rounds=rounds, seconds=3), precise_loop)
        if "onrush" in parts:
            figures += _run(onrush.measure(postgres, seconds=5))
        if "millions" in parts:
            figures += _run(millions.measure(postgres, users=users, rounds=3 * rounds, number=100))
    return figures


def _run(
    part: Coroutine[Any, Any, list[Figure]],
    loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop,
) -> list[Figure]:
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(part)


def main() -> None:
    """Measure and report."""
    parts = ["throughput", "cpu", "network", "calm", "onrush", "millions"]
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--million", type=float, default=0.1, help="how many million users are many")
    parser.add_argument("--only", choices=parts, action="append", help="one part; may be repeated")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), metavar="DIRECTORY")
    asked = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and end all that was started
    allow_many_connections()
    told = conditions()
    print(f"{told}\n")
    figures = measure(asked.only or parts, rounds=asked.rounds, users=int(asked.million * 1_000_000))
    written = table(figures)
    print(written)
    asked.output.mkdir(parents=True, exist_ok=True)
    (asked.output / "benchmark.md").write_text(f"```text\n{told}\n```\n\n{written}\n")
    results = {"conditions": told, "figures": [figure.as_json() for figure in figures]}
    (asked.output / "bench-results.json").write_text(json.dumps(results, indent=1))
    if not asked.only:
        draw(figures, asked.output / "benchmark.svg")
    print(f"\nwritten to {asked.output}/")


if __name__ == "__main__":
    main()
