"""What the dearest requests of 16 KiB cost, in milliseconds of processor.

Run with ``python -m bench.request_cost``. Whether that is too much is for ``tests/attacks`` to say.
"""

import asyncio
from collections import defaultdict

from tests.attacks.costly_requests import PLAIN, Target

REPETITIONS = 5
"""Of each request; the cheapest counts, since other processes only ever add."""

SHOWN = 3
"""Requests of each kind."""


LONGEST_ROUTE = 50


async def report() -> None:
    """Print for each route, or for paths that lead to none, what costs most."""
    costs: dict[str, list[tuple[float, str]]] = defaultdict(list)
    async with Target.made() as target:
        for attack in (PLAIN, *target.attacks()):
            cost = min([await target.cost(attack) for _ in range(REPETITIONS)])
            route = f"{attack.method} {attack.path}"[:LONGEST_ROUTE]
            costs[route].append((cost, attack.name.rpartition(", ")[2]))
    print(f"{sum(map(len, costs.values()))} requests")
    for route, found in costs.items():
        for cost, name in sorted(found, reverse=True)[:SHOWN]:
            print(f"{cost:8.2f} ms  {route:{LONGEST_ROUTE}}  {name}")


if __name__ == "__main__":
    asyncio.run(report())
