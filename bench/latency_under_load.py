"""What becomes of everybody else while 64 registrations are in flight, and of the memory.

Pings and requests with an access token come at 50 a second each, on schedule, at rest and under the
flood. Peak memory is the worker's own since it started (VmHWM).
"""

import asyncio
import random
from collections import defaultdict
from contextlib import ExitStack
from typing import NamedTuple

from bench.http_requests import PING, log_in, me_request, register, register_request
from bench.load import HttpConnection, flood, probe
from bench.results import Goal, Result, percentile
from bench.runs import progress
from bench.servers import NAMES, Server, serving
from tests.harness.postgres import PostgresServer

IN_FLIGHT = 64
PER_SECOND = 50
SETTLING = 0.5  # seconds until a flood is under way
NAME = "ann"

Times = dict[str, list[float]]
"""Milliseconds, by what was asked."""


class Asked(NamedTuple):
    """A server, and what is asked of it that needs no hash."""

    server: Server
    sent: dict[str, bytes]
    at_rest: Times
    flooded: Times

    async def ask(self, taken: Times, seconds: float) -> None:
        """Ask for so long."""
        port = self.server.port
        probes = [probe(port, sent, per_second=PER_SECOND, seconds=seconds) for sent in self.sent.values()]
        for label, times in zip(self.sent, await asyncio.gather(*probes), strict=True):
            taken[label] += times


async def measure(postgres: PostgresServer, *, rounds: int, seconds: float) -> list[Result]:
    """Return how much slower the others get, and the peak of memory."""
    with ExitStack() as stack:
        asked = [await _made_ready(stack.enter_context(serving(name, postgres))) for name in NAMES]
        for _ in progress("calm under flood", rounds):
            for each in random.sample(asked, len(asked)):
                await each.ask(each.at_rest, seconds)
                async with flood(each.server.port, IN_FLIGHT, lambda _: register_request()):
                    await asyncio.sleep(SETTLING)
                    await each.ask(each.flooded, seconds)
        peaks = {each.server.name: [each.server.peak_memory()] for each in asked}
    results: list[Result] = []
    for label in asked[0].sent:
        rest = {each.server.name: percentile(each.at_rest[label], 0.99) for each in asked}
        flooded = {each.server.name: percentile(each.flooded[label], 0.99) for each in asked}
        n = f"{len(asked[0].at_rest[label])} at rest, as many flooded"
        results += [
            Result(
                f"p99 of {label} with {IN_FLIGHT} registrations in flight, over its p99 at rest",
                {name: [flooded[name] / rest[name]] for name in rest},
                n,
                Goal(2),
            ),
            Result(f"ms, p99 of {label} at rest", {name: [value] for name, value in rest.items()}, n),
            Result(f"ms, p99 of {label} flooded", {name: [value] for name, value in flooded.items()}, n),
        ]
    memory = Result(f"MiB at the peak, {IN_FLIGHT} in flight", peaks, "1 worker", Goal(130))
    return [*results, memory]


async def _made_ready(server: Server) -> Asked:
    await register(server.port, [NAME])
    connection = await HttpConnection.to(server.port)
    sent = {"GET /ping": PING, "GET /users/me": me_request(await log_in(connection, NAME))}
    connection.close()
    return Asked(server, sent, defaultdict(list), defaultdict(list))
