"""Log-ins a second with rate limits, over those without, at the minimum cost of the hash.

Either all clients share the counters of one network, or each request comes from another network. The
limits are raised, as an operator does for an office behind one address.
"""

import asyncio
import random
from collections import defaultdict
from contextlib import ExitStack
from time import perf_counter

from bench.http_requests import login_request, register
from bench.load import flood
from bench.results import Goal, Result
from bench.runs import progress
from bench.servers import CHEAPEST, FASTAUTH, LIMITED, PRODUCTION, RAISED, Server, fastauth, new_database
from tests.harness.postgres import PostgresServer

CLIENTS = 64
OFF, MANY, ONE = "limits off", "many networks", "one network"
SETTINGS = {OFF: {}, MANY: PRODUCTION | RAISED, ONE: {**PRODUCTION, **RAISED, "FASTAUTH_TRUSTED_PROXIES": ""}}
"""Without a trusted proxy, all clients have the address of this machine."""


async def measure(postgres: PostgresServer, *, rounds: int, seconds: float) -> list[Result]:
    """Return the ratios, and the share of responses with 503."""
    rates: dict[str, list[float]] = defaultdict(list)
    refused: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        servers = {
            label: stack.enter_context(
                fastauth(FASTAUTH, new_database(postgres), workers=2, hashing=CHEAPEST, settings=settings)
            )
            for label, settings in SETTINGS.items()
        }
        for server in servers.values():
            await register(server.port, map(_client, range(CLIENTS)))
        for _ in progress("one network", rounds):
            for label in random.sample(list(servers), len(servers)):
                rate, share = await _per_second(servers[label], seconds)
                rates[label].append(rate)
                refused[label].append(share)
    n = f"{rounds} of {seconds:g} s, {CLIENTS} clients, 2 workers"
    return [
        Result(
            f"log-ins/s of {label} with limits, over limits off",
            {LIMITED: [with_limits / off for with_limits, off in zip(rates[label], rates[OFF], strict=True)]},
            n,
            goal,
            LIMITED,
        )
        for label, goal in ((ONE, Goal(0.6, at_least=True)), (MANY, None))
    ] + [
        Result(
            "% of log-ins refused by 503, one network of 64 clients",
            {LIMITED: refused[ONE], FASTAUTH: refused[OFF]},
            n,
        )
    ]


async def _per_second(server: Server, seconds: float) -> tuple[float, float]:
    """Return log-ins a second, and the percentage of responses with 503."""
    async with flood(server.port, CLIENTS, lambda number: login_request(_client(number))) as responses:
        await asyncio.sleep(seconds)
        now = perf_counter()
        rate = len([moment for moment in responses if moment > now - seconds / 2]) / (seconds / 2)
        return rate, 100 * responses.unavailable / max(1, responses.unavailable + len(responses))


def _client(number: int) -> str:
    return f"client-{number}"
