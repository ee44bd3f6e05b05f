"""How long after a log-out other services refuse the token: ``python -m bench.revocation_delay``.

Starts a PostgreSQL, the service with two workers, and three verifiers of `fastauth-client`, each in a process
of its own. Each session logs out; measured is the time from the answer to the moment at which a verifier has
the revocation. `--kill` also kills a worker process every five seconds: a log-out whose connection breaks is
repeated, and counts from the answer that it gets. At the end each verifier is given every token.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from bench.results import percentile
from bench.runs import conditions
from joserfc.util import urlsafe_b64decode
from tests.harness.databases import postgres_schema
from tests.harness.postgres import own_postgres
from tests.harness.service import NO_TLS, Service

VERIFIERS = 3
CONCURRENT = 16
PASSWORD = "a password of the benchmark"
SESSIONS_OF_ACCOUNT = 1_000
"""The most that `FASTAUTH_MAX_SESSIONS_PER_ACCOUNT` can be."""

KILL_EVERY = 5.0
"""Seconds."""


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.revocation_delay")
    parser.add_argument("--revocations", type=int, default=10_000)
    parser.add_argument("--kill", action="store_true", help="kill a worker every five seconds")
    options = parser.parse_args()
    print(conditions())
    with own_postgres() as server, postgres_schema(server) as database_url:
        settings = {
            "FASTAUTH_WORKERS": "2",
            "FASTAUTH_RATE_LIMITS": "false",
            "FASTAUTH_MAX_SESSIONS_PER_ACCOUNT": str(SESSIONS_OF_ACCOUNT),
            "FASTAUTH_ACCESS_TOKEN_SECONDS": "3600",
        }
        with Service(database_url, **settings) as service:
            key = service.run("clients", "create", "bench").strip()
            asyncio.run(measure(service, key, number=options.revocations, kills=options.kill))


async def measure(service: Service, key: str, *, number: int, kills: bool) -> None:
    """Open sessions, close them while the verifiers run, and print the delays."""
    limits = httpx2.Limits(max_connections=CONCURRENT, max_keepalive_connections=CONCURRENT)
    async with httpx2.AsyncClient(base_url=service.url, limits=limits, verify=NO_TLS, timeout=30) as client:
        tokens = await log_in(client, number)
        async with verifiers(service.url, key) as seeing:
            killed: list[int] = []
            killing = asyncio.create_task(kill_workers(service, killed)) if kills else None
            began = time.monotonic()
            answered, repeated = await log_out(client, tokens)
            seconds = time.monotonic() - began
            if killing:
                killing.cancel()
            await asyncio.sleep(3)  # the bound is 2 seconds
            seen = [await ask(verifier, tokens) for verifier in seeing]
    delays = sorted(
        arrived[session] - answered[session]
        for arrived, _ in seen
        for session in answered
        if session in arrived
    )
    missing = sum(session not in arrived for arrived, _ in seen for session in answered)
    refused = [count for _, count in seen]
    figures = {name: percentile(delays, share) for name, share in (("p50", 0.5), ("p99", 0.99))}
    print(
        f"log-outs: {len(answered)} in {seconds:.0f} s, repeated: {repeated}, workers killed: {len(killed)}"
    )
    print(*(f"{name}: {1000 * value:.0f} ms" for name, value in figures.items()), sep=", ", end=", ")
    print(f"max: {1000 * delays[-1]:.0f} ms, n = {len(delays)}, not seen: {missing}")
    print(f"tokens refused by each verifier at the end: {refused} of {len(tokens)}")


async def log_in(client: httpx2.AsyncClient, number: int) -> dict[str, str]:
    """Return the access token of each new session, by the id of the session."""
    names = [f"bench-{first}" for first in range(0, number, SESSIONS_OF_ACCOUNT)]
    for name in names:
        await client.post(
            "/users/register", json={"username": name, "password": PASSWORD, "fullname": "Bench"}
        )
    gate = asyncio.Semaphore(CONCURRENT)

    async def one(position: int) -> str:
        credentials = {"username": names[position // SESSIONS_OF_ACCOUNT], "password": PASSWORD}
        async with gate:
            while True:
                answer = await client.post("/sessions", json=credentials)
                if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                    break
        return str(answer.raise_for_status().json()["access_token"])

    tokens = await asyncio.gather(*map(one, range(number)))
    return {session_of(token): token for token in tokens}


def session_of(token: str) -> str:
    """Return the claim ``sid`` of a token that is not verified here."""
    return str(json.loads(urlsafe_b64decode(token.split(".")[1].encode()))["sid"])


async def log_out(client: httpx2.AsyncClient, tokens: dict[str, str]) -> tuple[dict[str, float], int]:
    """Log every session out; return when each was answered, and how many requests were repeated."""
    answered: dict[str, float] = {}
    repeated = 0
    gate = asyncio.Semaphore(CONCURRENT)

    async def one(session: str, token: str) -> None:
        nonlocal repeated
        headers = {"Authorization": f"Bearer {token}"}
        async with gate:
            while True:
                try:
                    answer = await client.delete("/sessions/current", headers=headers)
                except httpx2.TransportError:
                    repeated += 1
                    continue
                if answer.status_code in {204, 401}:  # 401: the answer of the first attempt got lost
                    break
                repeated += 1
        answered[session] = time.monotonic()

    await asyncio.gather(*(one(session, token) for session, token in tokens.items()))
    return answered, repeated


async def kill_workers(service: Service, killed: list[int]) -> None:
    """Kill one worker process every `KILL_EVERY` seconds."""
    while True:
        await asyncio.sleep(KILL_EVERY)
        worker = youngest_child(service.pid)
        os.kill(worker, signal.SIGKILL)
        killed.append(worker)


def youngest_child(pid: int) -> int:
    """Return the process that was started last, which is a worker."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[-1])


@asynccontextmanager
async def verifiers(url: str, key: str) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Start the verifiers, and end them."""
    command = [sys.executable, "-m", "bench.revocation_verifier", url, key]
    started = [
        await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=2**26
        )
        for _ in range(VERIFIERS)
    ]
    try:
        for each in started:
            assert each.stdout
            assert await each.stdout.readline() == b"ready\n"
        yield started
    finally:
        for each in started:
            if each.returncode is None:
                each.kill()
            await each.wait()


async def ask(verifier: asyncio.subprocess.Process, tokens: dict[str, str]) -> tuple[dict[str, float], int]:
    """Return when a verifier had read each session, and how many of the tokens it refuses now."""
    assert verifier.stdin
    assert verifier.stdout
    verifier.stdin.write(json.dumps(list(tokens.values())).encode() + b"\n")
    await verifier.stdin.drain()
    arrived, refused = json.loads(await verifier.stdout.readline())
    return arrived, refused


if __name__ == "__main__":
    main()
