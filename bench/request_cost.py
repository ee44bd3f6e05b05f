"""Processor time of the most expensive requests of 16 KiB, in milliseconds.

Run with ``python -m bench.request_cost``. The bounds on it are tested in ``tests/attacks``.
"""

import asyncio
from collections import defaultdict

from tests.attacks.costly_requests import PLAIN, Target

REPETITIONS = 5
"""Of each request. The minimum counts, since other processes can only add to it."""

SHOWN = 3
"""The number of requests that are printed for each route."""


ROUTE_WIDTH = 50  # characters


async def report() -> None:
    """Print the most expensive requests of each route, and of paths without a route."""
    costs: dict[str, list[tuple[float, str]]] = defaultdict(list)
    async with Target.made() as target:
        for attack in (PLAIN, *target.attacks()):
            cost = min([await target.cost(attack) for _ in range(REPETITIONS)])
            route = f"{attack.method} {attack.path}"[:ROUTE_WIDTH]
            costs[route].append((cost, attack.name.rpartition(", ")[2]))
    print(f"{sum(map(len, costs.values()))} requests")
    for route, found in costs.items():
        for cost, name in sorted(found, reverse=True)[:SHOWN]:
            print(f"{cost:8.2f} ms  {route:{ROUTE_WIDTH}}  {name}")


if __name__ == "__main__":
    asyncio.run(report())
