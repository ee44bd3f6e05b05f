"""Registrations and log-ins a second, over the hashes a second of the same cores without a server.

The hashes a second are measured before and after each trial, and the order of trials is random in every
round: other load on the machine slows down both.
"""

import asyncio
import random
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from os import sched_getaffinity

from bench.http_requests import login_request, register, register_request
from bench.load import flood
from bench.results import Goal, Result
from bench.runs import active_build, progress
from bench.servers import DEFAULT, FASTAUTH, LIMITED, NAMES, Server, serving
from tests.harness.postgres import PostgresServer

CLIENTS = 16
"""Enough that the hashing threads of two workers never wait for one."""

RAMP = 0.3  # seconds until the threads have something to do
STOCK_GOAL = Goal(0.85, at_least=True)
"""For the stock build of the hash library, without limits."""
GOALS = {"log-in": Goal(1.70, at_least=True), "register": Goal(1.85, at_least=True)}
"""For a build for this processor, with the limits of production."""


@dataclass(frozen=True)
class Trial:
    """One kind of request to one server."""

    kind: str
    workers: int
    server: Server


def hashes_per_second(seconds: float) -> float:
    """Return the hashes a second of the stock argon2-cffi on all cores.

    A process of its own measures them: fastauth, which this one imports, loads the build for the processor.
    """
    cost = [str(DEFAULT.memory_kib), str(DEFAULT.passes)]
    cores = str(len(sched_getaffinity(0)))
    done = subprocess.run(
        [sys.executable, "-m", "bench.hash_load", "", cores, *cost, str(seconds)],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[0])


async def measure(postgres: PostgresServer, *, rounds: int, seconds: float) -> list[Result]:
    """Return requests a second over hashes a second."""
    limits = [hashes_per_second(seconds / 2)]
    is_stock = active_build() == "stock"
    shares: dict[tuple[str, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        trials: list[Trial] = []
        for name, workers in product(NAMES, (1, 2)):
            server = stack.enter_context(serving(name, postgres, workers=workers))
            await register(server.port, map(_client, range(CLIENTS)))
            trials += [Trial(kind, workers, server) for kind in ("register", "log-in")]
        for _ in progress("throughput", rounds):
            for trial in random.sample(trials, len(trials)):
                rate = await per_second(trial, seconds)
                limits.append(hashes_per_second(seconds / 2))
                limit = (limits[-2] + limits[-1]) / 2
                shares[trial.kind, trial.workers][trial.server.name].append(rate / limit)
    return [
        *(
            Result(
                f"{kind}s/s over bare hashes/s, {workers} worker{'s' * (workers > 1)}",
                found,
                f"{rounds} of {seconds:g} s",
                *((STOCK_GOAL, FASTAUTH) if is_stock else (GOALS[kind], LIMITED)),
            )
            for (kind, workers), found in sorted(shares.items(), key=lambda item: (item[0][1], item[0][0]))
        ),
        Result("bare hashes/s, all cores", {"bare": limits}, f"{len(limits)} of {seconds / 2:g} s"),
    ]


async def per_second(trial: Trial, seconds: float) -> float:
    """Return the responses a second of a saturated server."""

    def sent(number: int) -> bytes:
        return register_request() if trial.kind == "register" else login_request(_client(number))

    async with flood(trial.server.port, CLIENTS, sent) as times:
        await asyncio.sleep(RAMP + seconds)
        within = [time for time in times if time > times[0] + RAMP]
    return (len(within) - 1) / (within[-1] - within[0])


def _client(number: int) -> str:
    return f"client-{number}"
