"""``make bench``: measure fastauth beside two references; print a table and draw a chart.

Every measurement is bounded in time and count, and all traffic stays on this machine.
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
from bench import (
    admin_lists,
    connection_burst,
    cpu,
    latency_under_load,
    shared_network,
    table_size,
    throughput,
)
from bench.chart import draw
from bench.load import precise_loop
from bench.results import Result, table
from bench.runs import conditions
from bench.servers import raise_max_connections
from tests.harness.postgres import own_postgres
from tests.harness.processes import raise_open_files_limit


def measure(parts: list[str], *, rounds: int, users: int) -> list[Result]:
    """Run the parts one after the other on one PostgreSQL, and return their results."""
    results: list[Result] = []
    with own_postgres() as postgres:
        raise_max_connections(postgres)
        if "throughput" in parts:
            results += _run(throughput.measure(postgres, rounds=rounds, seconds=1.6))
        if "cpu" in parts:
            results += _run(cpu.measure(postgres, rounds=3 * rounds, number=100))
        if "network" in parts:
            results += _run(shared_network.measure(postgres, rounds=rounds, seconds=3))
        if "latency" in parts:
            results += _run(latency_under_load.measure(postgres, rounds=rounds, seconds=3), precise_loop)
        if "burst" in parts:
            results += _run(connection_burst.measure(postgres, seconds=5))
        if "table-size" in parts:
            results += _run(table_size.measure(postgres, users=users, rounds=3 * rounds, number=100))
        if "admin-lists" in parts:
            results += _run(admin_lists.measure(postgres, users=users, rounds=rounds, number=100))
    return results


def _run(
    part: Coroutine[Any, Any, list[Result]],
    loop: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop,
) -> list[Result]:
    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(part)


def main() -> None:
    """Measure, print the table, and write it with the samples and the chart to a directory."""
    parts = ["throughput", "cpu", "network", "latency", "burst", "table-size", "admin-lists"]
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--million", type=float, default=0.1, help="million users of the large table")
    parser.add_argument("--only", choices=parts, action="append", help="one part; may be repeated")
    parser.add_argument("--output", type=Path, default=Path("build/bench"), metavar="DIRECTORY")
    asked = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped, too
    raise_open_files_limit()
    run = conditions()
    print(f"{run}\n")
    results = measure(asked.only or parts, rounds=asked.rounds, users=int(asked.million * 1_000_000))
    written = table(results)
    print(written)
    asked.output.mkdir(parents=True, exist_ok=True)
    (asked.output / "benchmark.md").write_text(f"```text\n{run}\n```\n\n{written}\n")
    document = {"conditions": run, "figures": [result.as_json() for result in results]}
    (asked.output / "bench-results.json").write_text(json.dumps(document, indent=1))
    if not asked.only:
        draw(results, asked.output / "benchmark.svg")
    print(f"\nwritten to {asked.output}/")


if __name__ == "__main__":
    main()
