"""Hashes a second of each build of the hash library, with and without huge pages.

``make fast-hash`` makes the builds to compare. Every measurement runs in a process of its own. A round
measures each combination once, in random order. Ratios are taken within a round, so that other load on
the machine affects all combinations alike.
"""

import argparse
import os
import random
import subprocess
import sys
from itertools import product
from statistics import median

from fastauth.adapters.passwords.native_builds import FASTEST_FIRST, FOLDER, GENERIC

HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}

Combination = tuple[int, str, str]  # threads, build, pages
Figures = tuple[float, ...]


def measured(combination: Combination, cost: list[str], seconds: str) -> Figures:
    """Return the output of ``bench.hash_load`` for one combination."""
    threads, build, pages = combination
    place = "" if build == GENERIC else str(FOLDER / build)
    done = subprocess.run(
        [sys.executable, "-m", "bench.hash_load", place, str(threads), *cost, seconds],
        check=True, capture_output=True, text=True,
        env=os.environ | (HUGE_PAGES if pages == "huge" else {}),
    )  # fmt: skip
    return tuple(map(float, done.stdout.split()))


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--seconds", default="1", help="of each measurement")
    options.add_argument("--cost", nargs=2, default=["19456", "2"], metavar=("KIB", "PASSES"))
    asked = options.parse_args()

    made = [GENERIC, *(name for name in reversed(FASTEST_FIRST) if (FOLDER / name).is_dir())]
    combinations = list(product((1, 2), made, ("usual", "huge")))
    rounds: list[dict[Combination, Figures]] = []
    for _ in range(asked.rounds):
        order = random.sample(combinations, len(combinations))
        rounds.append({each: measured(each, asked.cost, asked.seconds) for each in order})

    print(f"Argon2id, {asked.cost[0]} KiB, {asked.cost[1]} passes; medians of {asked.rounds} rounds")
    print("| threads | build | pages | hashes/s | times stock | by processor time | faults/hash | peak MiB |")
    print("|---:|---|---|---:|---:|---:|---:|---:|")
    for each in combinations:
        threads, build, pages = each
        per_second, _, faults, peak = (
            median(column) for column in zip(*(r[each] for r in rounds), strict=True)
        )
        stock = threads, GENERIC, "usual"
        by_clock, by_processor = (median(r[each][n] / r[stock][n] for r in rounds) for n in (0, 1))
        ratios = f"{by_clock:.2f} | {by_processor:.2f}"
        print(f"| {threads} | {build} | {pages} | {per_second:.1f} | {ratios} | {faults:.0f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
