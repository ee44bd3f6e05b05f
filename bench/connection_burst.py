"""A thousand clients who register in one moment: who is refused, how soon, and at what price in memory."""

import asyncio
import random
from http import HTTPStatus

from bench.http_requests import PING, READY, register_request
from bench.load import Burst, burst, probe
from bench.results import Goal, Result, percentile
from bench.runs import progress
from bench.servers import NAMES, Server, serving
from tests.harness.postgres import PostgresServer

CLIENTS = 1_000
PROBES_PER_SECOND = 10
CALM = {HTTPStatus.CREATED, HTTPStatus.SERVICE_UNAVAILABLE}


async def measure(postgres: PostgresServer, *, seconds: float) -> list[Result]:
    """Return the peak of memory, and what the clients and a health probe met."""
    peaks, met, probes = {}, {}, {}
    order = random.sample(NAMES, len(NAMES))
    for number in progress("a thousand clients", len(order)):
        with serving(order[number], postgres) as server:
            met[server.name], probes[server.name] = await asyncio.gather(
                burst(server.port, CLIENTS, seconds=seconds, sent=register_request),
                probe(server.port, _health(server), per_second=PROBES_PER_SECOND, seconds=seconds),
            )
            peaks[server.name] = [server.peak_memory()]
    n = f"{seconds:g} s"
    counted = {
        "registered": {name: each.statuses[HTTPStatus.CREATED] for name, each in met.items()},
        "refused by 503": {name: each.statuses[HTTPStatus.SERVICE_UNAVAILABLE] for name, each in met.items()},
    }
    return [
        Result(f"MiB at the peak, {CLIENTS} clients", peaks, "1 worker", Goal(200)),
        _count(
            "refusals without Retry-After", {name: each.without_retry_after for name, each in met.items()}, n
        ),
        _count("other answers, broken connections", {name: _amiss(each) for name, each in met.items()}, n),
        *(Result(f"{CLIENTS} clients: {label}", _alone(values), n) for label, values in counted.items()),
        *(
            Result(
                f"ms until a refusal, p{share * 100:.0f}",
                {name: [percentile(each.refusals, share)] for name, each in met.items() if each.refusals},
                n,
            )
            for share in (0.5, 0.99)
        ),
        Result(
            "ms, p99 of the health probe meanwhile",
            {name: [percentile(times, 0.99)] for name, times in probes.items()},
            f"{len(next(iter(probes.values())))} probes",
        ),
    ]


def _health(server: Server) -> bytes:
    return READY if server.is_fastauth else PING


def _amiss(met: Burst) -> int:
    return met.lost + sum(number for status, number in met.statuses.items() if status not in CALM)


def _count(label: str, values: dict[str, int], n: str) -> Result:
    return Result(f"{CLIENTS} clients: {label}", _alone(values), n, Goal(0))


def _alone(values: dict[str, int]) -> dict[str, list[float]]:
    return {name: [value] for name, value in values.items()}
