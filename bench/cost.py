"""What a request costs: processor time of the service, beside the bare framework's.

``python -m bench.cost`` starts a FastAPI application with a single route, and the service on SQLite
and on Postgres, all under the same uvicorn. One client with one connection sends each kind of
request in turn, the kinds shuffled anew in every round. What the service's process has used before
and after is read from /proc; Postgres' own processes are not counted, SQLite is part of the process.
"""

import argparse
import random
import secrets
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import uvicorn
from bench.runs import BACKENDS, OneConnection, conditions, empty_database
from fastapi import FastAPI
from tests.integration.postgres import free_port
from tests.integration.service import Service

CHEAPEST_HASH = {"FASTAUTH_ARGON2_MEMORY_KIB": "8", "FASTAUTH_ARGON2_TIME_COST": "1"}
PASSWORD = "sntsh"  # of accounts that are gone in a minute


def serve_bare(port: int) -> None:
    """Serve an application that does nothing but to answer pings."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/ping")
    async def ping() -> dict[str, str]:
        return {"msg": "pong"}

    uvicorn.run(
        app, port=port, loop="uvloop", http="httptools", ws="none",
        access_log=False, proxy_headers=False, server_header=False, log_level="warning",
    )  # fmt: skip


@contextmanager
def bare_framework() -> Iterator[tuple[int, Callable[[], float]]]:
    """Run `serve_bare`; yield its port and what tells its processor time."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.cost", "--serve-bare", str(port)])
    try:
        for _ in range(500):
            try:
                OneConnection(port).ask("GET", "/ping")
                break
            except ConnectionRefusedError:
                time.sleep(0.02)  # between two looks whether it listens yet
        else:
            raise TimeoutError("the bare application does not start")
        yield port, lambda: processor_seconds(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def processor_seconds(pid: int) -> float:
    """Return how much processor time a process has used so far, in all of its threads.

    What /proc/PID/stat has comes in steps of 10 ms, which is a hundred pings; the scheduler's own
    count has nanoseconds. It forgets threads that have ended: none ends while it is measured.
    """
    return (
        sum(int(each.read_text().split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    )


@dataclass(frozen=True)
class Cost:
    """One kind of request to one process."""

    label: str
    ask: Callable[[], object]
    client: OneConnection
    used: Callable[[], float]
    number: int

    def measure(self) -> float:
        """Return the microseconds of processor time that one request took."""
        self.client.close()  # it has rested for longer than uvicorn keeps it
        before = self.used()
        for _ in range(self.number):
            self.ask()
        return (self.used() - before) / self.number * 1e6


def requests_of(service: Service, backend: str, number: int) -> list[Cost]:
    """Return every kind of request that is measured, ready to be sent."""
    client = OneConnection(service.port)

    def asked(
        method: str, path: str, status: int, body: dict[str, str], token: str | None = None
    ) -> dict[str, str]:
        found, answer = client.ask(method, path, body or None, token)
        assert found == status, (found, answer)  # the measurement would be of something else
        received: dict[str, str] = answer
        return received

    def register(name: str | None = None) -> None:
        name = name or f"u-{secrets.token_hex(8)}"
        asked("POST", "/users/register", 201, {"username": name, "password": PASSWORD, "fullname": "Ann"})

    def log_in() -> dict[str, str]:
        return asked("POST", "/sessions", 201, {"username": "ann", "password": PASSWORD})

    def refresh() -> None:
        tokens.update(asked("POST", "/sessions/refresh", 200, {"refresh_token": tokens["refresh_token"]}))

    def me() -> None:
        asked("GET", "/users/me", 200, {}, tokens["access_token"])

    def used() -> float:
        return processor_seconds(service.pid)

    register("ann")
    tokens = log_in()
    kinds: dict[str, Callable[[], object]] = {
        "GET /ping": lambda: asked("GET", "/ping", 200, {}),
        "GET /users/me": me,
        "POST /sessions/refresh": refresh,
        "POST /sessions, beyond its hash": log_in,
        "POST /users/register, beyond its hash": register,
    }
    return [Cost(f"{kind} | {backend}", ask, client, used, number) for kind, ask in kinds.items()]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--number", type=int, default=400, help="requests of each kind in each round")
    parser.add_argument("--serve-bare", type=int, metavar="PORT", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve_bare:
        serve_bare(asked.serve_bare)
        return
    print(conditions())
    with ExitStack() as stack:
        port, used = stack.enter_context(bare_framework())
        bare = OneConnection(port)
        ping = "bare FastAPI: GET /ping | none"
        costs = [Cost(ping, lambda: bare.ask("GET", "/ping"), bare, used, asked.number)]
        for backend in BACKENDS:
            database_url = stack.enter_context(empty_database(backend))
            service = stack.enter_context(Service(database_url, **CHEAPEST_HASH))
            costs += requests_of(service, backend, asked.number)
        for cost in costs:
            cost.measure()  # warm up
        found: dict[str, list[float]] = defaultdict(list)
        for round_ in range(asked.rounds):
            print(f"\rround {round_ + 1} of {asked.rounds}", end="", file=sys.stderr, flush=True)
            for cost in random.sample(costs, len(costs)):
                found[cost.label].append(cost.measure())
        print("\r", end="", file=sys.stderr)
    base = median(found[costs[0].label])
    print(f"n: {asked.rounds} rounds of {asked.number} requests of each kind\n")
    print("| request | database | µs of processor time, median | quartiles | times the bare ping |")
    print("|---|---|---:|---:|---:|")
    for cost in costs:
        low, middle, high = quantiles(found[cost.label], n=4)
        print(f"| {cost.label} | {middle:.0f} | {low:.0f} to {high:.0f} | {middle / base:.1f} |")


if __name__ == "__main__":
    main()
