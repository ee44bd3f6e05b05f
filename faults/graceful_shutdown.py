"""SIGTERM to a service with requests in flight, and rolling restarts behind a proxy (F9)."""

import asyncio
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from faults.acknowledged_writes import AcknowledgedWrites
from faults.outcome import Outcome, backend_of
from faults.proxy_exposure import find_exposed
from tests.builders import a_registration
from tests.harness.postgres import free_port
from tests.harness.processes import wait_until
from tests.harness.service import DEADLINE, NO_TLS, Service

SLOW_HASH = {"FASTAUTH_ARGON2_MEMORY_KIB": "19456", "FASTAUTH_ARGON2_TIME_COST": "2"}
"""Hash parameters that keep requests in flight for a while."""

HEALTH_CHECK_SECONDS = 3
"""Within this time haproxy, which checks twice a second, uses a restarted process again."""

SUCCESS = "success"

CONFIGURATION = Path(__file__).with_name("haproxy.cfg")


class NoHaproxyError(Exception):
    """haproxy is not installed."""


def stop(database_url: str, *, times: int, workers: int, in_flight: int = 50) -> Outcome:
    """Send SIGTERM while registrations are in flight. Each of them needs a response."""
    outcome = Outcome(
        f"SIGTERM with {in_flight} requests in flight, workers: {workers}, {backend_of(database_url)}"
    )
    writes = AcknowledgedWrites()
    with Service(database_url, FASTAUTH_WORKERS=str(workers), **SLOW_HASH) as service:
        for number in range(times):
            if number:
                service.start()
            asyncio.run(_register_and_stop(service, writes, in_flight))
            began = time.monotonic()
            status = service.exit_status()
            outcome.injected += 1
            outcome.survived += status == 0 and not writes.unanswered
            outcome.notes.append(f"ended with status {status} after {time.monotonic() - began:.2f} s more")
    outcome.notes.append(f"unanswered {writes.unanswered}, responses {dict(writes.statuses)}")
    writes.add_to(outcome, database_url)
    return outcome


async def _register_and_stop(service: Service, writes: AcknowledgedWrites, in_flight: int) -> None:
    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    async with httpx2.AsyncClient(
        base_url=service.url, timeout=DEADLINE, limits=limits, verify=NO_TLS
    ) as client:

        async def register() -> None:
            person = a_registration()
            began = time.monotonic()
            try:
                response = await client.post("/users/register", json=person)
            except httpx2.TransportError:
                writes.unanswered += 1
                return
            writes.add_response(response, time.monotonic() - began)
            if response.status_code == httpx2.codes.CREATED:
                writes.add_user(response)

        await asyncio.gather(*(client.get("/ping") for _ in range(in_flight)))
        tasks = [asyncio.create_task(register()) for _ in range(in_flight)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # the others are in flight
        service.signal(signal.SIGTERM)
        await asyncio.gather(*tasks)


def restart_behind_haproxy(database_url: str, *, restarts: int, rate: float) -> Outcome:
    """Restart two processes in turn behind haproxy, under requests at a steady rate.

    Raises:
        NoHaproxyError: haproxy is not installed.
    """
    if not shutil.which("haproxy"):
        raise NoHaproxyError
    outcome = Outcome(f"rolling restart of two behind haproxy, {rate:g} requests/s")
    with ExitStack() as stack:
        services = [
            stack.enter_context(
                Service(
                    database_url, FASTAUTH_SHUTDOWN_DELAY_SECONDS="2", FASTAUTH_TRUSTED_PROXIES="127.0.0.1"
                )
            )
            for _ in range(2)
        ]
        url = stack.enter_context(_haproxy(services))
        clients = SteadyClients(url, rate=rate)
        outcome.unexpected_responses += find_exposed(url, clients.writes)
        asyncio.run(_restart_under_load(clients, services, outcome, restarts))
    clients.writes.add_to(outcome, database_url)
    results = dict(clients.results)
    errors = sum(results.values()) - results[SUCCESS]
    outcome.unexpected_responses += [name for name in results if name != SUCCESS]
    outcome.notes.append(f"client-visible errors {errors} of {sum(results.values())} requests: {results}")
    return outcome


@contextmanager
def _haproxy(services: list[Service]) -> Iterator[str]:
    """Run haproxy with the configuration of docs/operate/behind-a-proxy.md on other ports."""
    port = free_port()
    configuration = CONFIGURATION.read_text().replace("*:8080", f"127.0.0.1:{port}")
    for number, service in enumerate(services, start=1):
        configuration = configuration.replace(f"fastauth{number}:8000", f"127.0.0.1:{service.port}")
    with TemporaryDirectory(prefix="fastauth-haproxy-") as directory:
        file = Path(directory) / "haproxy.cfg"
        file.write_text(configuration)
        with (Path(directory) / "log").open("wb") as log:
            process = subprocess.Popen(["haproxy", "-db", "-f", file], stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: _responds_to_ping(url), "haproxy does not respond", deadline=DEADLINE)
            yield url
        finally:
            process.terminate()
            process.wait(DEADLINE)


def _responds_to_ping(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/ping", verify=NO_TLS).status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


class SteadyClients:
    """Clients that send requests at a steady rate, independent of earlier responses."""

    def __init__(self, url: str, *, rate: float) -> None:
        self.writes = AcknowledgedWrites()
        self.results = Counter[str]()
        """The number of requests by `SUCCESS`, status or exception."""
        self.over = asyncio.Event()
        self._url = url
        self._rate = rate

    async def run(self) -> None:
        """Send requests until `over` is set."""
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
        async with (
            httpx2.AsyncClient(base_url=self._url, timeout=DEADLINE, limits=limits, verify=NO_TLS) as client,
            asyncio.TaskGroup() as group,
        ):
            began = time.monotonic()
            for number in count():
                group.create_task(self._send(client, number))
                await asyncio.sleep(max(0, began + (number + 1) / self._rate - time.monotonic()))
                if self.over.is_set():
                    return

    async def _send(self, client: httpx2.AsyncClient, number: int) -> None:
        """Register with every tenth request; the others need no hash."""
        began = time.monotonic()
        try:
            if number % 10:
                response = await client.get("/.well-known/jwks.json")
            else:
                response = await client.post("/users/register", json=a_registration())
        except httpx2.TransportError as error:
            self.results[type(error).__name__] += 1
            return
        self.writes.slowest = max(self.writes.slowest, time.monotonic() - began)
        self.results[SUCCESS if response.is_success else f"status {response.status_code}"] += 1
        if response.status_code == httpx2.codes.CREATED:
            self.writes.add_user(response)


async def _restart_under_load(
    clients: SteadyClients, services: list[Service], outcome: Outcome, restarts: int
) -> None:
    running = asyncio.create_task(clients.run())
    for number in range(restarts):
        began = time.monotonic()
        await asyncio.to_thread(_restart, services[number % 2], outcome)
        outcome.recoveries.append(time.monotonic() - began)
        await asyncio.sleep(HEALTH_CHECK_SECONDS)  # or both processes could be out of rotation at once
    clients.over.set()
    await running


def _restart(service: Service, outcome: Outcome) -> None:
    service.signal(signal.SIGTERM)
    status = service.exit_status()
    service.start()
    service.wait_until_ready()
    outcome.injected += 1
    outcome.survived += status == 0
