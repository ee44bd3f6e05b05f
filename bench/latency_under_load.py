"""Latency of requests without a hash while 64 registrations are in flight, and peak memory.

``GET /ping`` and ``GET /users/me`` are sent 50 times a second each on a fixed schedule, first at rest and
then under load. Peak memory is that of the worker since its start (VmHWM).
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
RAMP_UP = 0.5  # seconds of load before the measurement
NAME = "ann"

Times = dict[str, list[float]]
"""Latencies in milliseconds, by request."""


class Target(NamedTuple):
    """A server, the requests to it, and their latencies."""

    server: Server
    sent: dict[str, bytes]
    at_rest: Times
    flooded: Times

    async def probe(self, taken: Times, seconds: float) -> None:
        """Send every request on schedule for `seconds`, and add the latencies to `taken`."""
        port = self.server.port
        probes = [probe(port, sent, per_second=PER_SECOND, seconds=seconds) for sent in self.sent.values()]
        for label, times in zip(self.sent, await asyncio.gather(*probes), strict=True):
            taken[label] += times


async def measure(postgres: PostgresServer, *, rounds: int, seconds: float) -> list[Result]:
    """Return latencies at rest and under load, their ratios, and peak memory."""
    with ExitStack() as stack:
        targets = [await _prepare(stack.enter_context(serving(name, postgres))) for name in NAMES]
        for _ in progress("latency under load", rounds):
            for each in random.sample(targets, len(targets)):
                await each.probe(each.at_rest, seconds)
                async with flood(each.server.port, IN_FLIGHT, lambda _: register_request()):
                    await asyncio.sleep(RAMP_UP)
                    await each.probe(each.flooded, seconds)
        peaks = {each.server.name: [each.server.peak_memory()] for each in targets}
    results: list[Result] = []
    for label in targets[0].sent:
        rest = {each.server.name: percentile(each.at_rest[label], 0.99) for each in targets}
        flooded = {each.server.name: percentile(each.flooded[label], 0.99) for each in targets}
        n = f"{len(targets[0].at_rest[label])} at rest, as many flooded"
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


async def _prepare(server: Server) -> Target:
    await register(server.port, [NAME])
    connection = await HttpConnection.to(server.port)
    sent = {"GET /ping": PING, "GET /users/me": me_request(await log_in(connection, NAME))}
    connection.close()
    return Target(server, sent, defaultdict(list), defaultdict(list))
