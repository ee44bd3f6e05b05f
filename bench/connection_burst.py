"""A thousand clients register at once: how many are refused, how fast, and the peak of memory."""

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
EXPECTED = {HTTPStatus.CREATED, HTTPStatus.SERVICE_UNAVAILABLE}


async def measure(postgres: PostgresServer, *, seconds: float) -> list[Result]:
    """Return the peak of memory, the responses to the clients, and the latency of a health probe."""
    peaks, bursts, probes = {}, {}, {}
    order = random.sample(NAMES, len(NAMES))
    for number in progress("a thousand clients", len(order)):
        with serving(order[number], postgres) as server:
            bursts[server.name], probes[server.name] = await asyncio.gather(
                burst(server.port, CLIENTS, seconds=seconds, sent=register_request),
                probe(server.port, _health(server), per_second=PROBES_PER_SECOND, seconds=seconds),
            )
            peaks[server.name] = [server.peak_memory()]
    n = f"{seconds:g} s"
    failures = {name: _failures(each) for name, each in bursts.items()}
    return [
        Result(f"MiB at the peak, {CLIENTS} clients", peaks, "1 worker", Goal(200)),
        _goal_of_none(
            "refusals without Retry-After",
            {name: each.without_retry_after for name, each in bursts.items()},
            n,
        ),
        Result(
            f"{CLIENTS} clients: other answers, broken connections",
            {name: [sum(found.values())] for name, found in failures.items()},
            n,
            Goal(0),
            notes=[
                f"{name}: {number} times {what}"
                for name, found in failures.items()
                for what, number in found.items()
            ],
        ),
        _responses("registered", HTTPStatus.CREATED, bursts, n),
        _responses("refused by 503", HTTPStatus.SERVICE_UNAVAILABLE, bursts, n),
        *(
            Result(
                f"ms until a refusal, p{share * 100:.0f}",
                {name: [percentile(each.refusals, share)] for name, each in bursts.items() if each.refusals},
                n,
            )
            for share in (0.5, 0.99)
        ),
        Result(
            "ms, p99 of the health probe during the burst",
            {name: [percentile(times, 0.99)] for name, times in probes.items()},
            f"{len(next(iter(probes.values())))} probes",
        ),
    ]


def _health(server: Server) -> bytes:
    return READY if server.is_fastauth else PING


def _failures(met: Burst) -> dict[str, int]:
    """Return the number of unexpected statuses and failed connections, by kind."""
    statuses = {
        f"status {status}": number for status, number in met.statuses.items() if status not in EXPECTED
    }
    return statuses | met.failures


def _goal_of_none(label: str, values: dict[str, int], n: str) -> Result:
    return Result(f"{CLIENTS} clients: {label}", _single(values), n, Goal(0))


def _responses(label: str, status: HTTPStatus, bursts: dict[str, Burst], n: str) -> Result:
    values = {name: each.statuses[status] for name, each in bursts.items()}
    return Result(f"{CLIENTS} clients: {label}", _single(values), n)


def _single(values: dict[str, int]) -> dict[str, list[float]]:
    return {name: [value] for name, value in values.items()}
