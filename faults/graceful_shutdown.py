"""The service is asked to end while it works, once and again (F9)."""

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
from faults.load import AcknowledgedWrites
from faults.outcome import Outcome, backend_of
from faults.proxy_exposure import find_exposed
from tests.builders import a_registration
from tests.harness.postgres import free_port
from tests.harness.service import DEADLINE, NO_TLS, Service

SLOW_HASH = {"FASTAUTH_ARGON2_MEMORY_KIB": "19456", "FASTAUTH_ARGON2_TIME_COST": "2"}
"""Parameters with which requests are under way for a while."""

UNTIL_SEEN = 3
"""Seconds in which haproxy, which looks twice a second, has seen that a process is back."""

CONFIGURATION = Path(__file__).with_name("haproxy.cfg")


class NoHaproxyError(Exception):
    """The program is not on this machine."""


def stop(database_url: str, *, times: int, workers: int, in_flight: int = 50) -> Outcome:
    """Send SIGTERM while many registrations are under way; every one of them has to be answered."""
    outcome = Outcome(f"SIGTERM with {in_flight} under way, workers: {workers}, {backend_of(database_url)}")
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
    outcome.notes.append(f"unanswered {writes.unanswered}, answers {dict(writes.answers)}")
    writes.close(outcome, database_url)
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
                answer = await client.post("/users/register", json=person)
            except httpx2.TransportError:
                writes.unanswered += 1
                return
            writes.note(answer, time.monotonic() - began)
            if answer.status_code == httpx2.codes.CREATED:
                writes.names.append(person["username"])

        await asyncio.gather(*(client.get("/ping") for _ in range(in_flight)))
        tasks = [asyncio.create_task(register()) for _ in range(in_flight)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)  # the others are under way
        service.signal(signal.SIGTERM)
        await asyncio.gather(*tasks)


def restart_behind_haproxy(database_url: str, *, restarts: int, rate: float) -> Outcome:
    """Restart two processes in turn behind haproxy, while requests come in steadily.

    Raises:
        NoHaproxyError: There is no haproxy here.
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
        visitors = SteadyClients(url, rate=rate)
        outcome.unexpected_responses += find_exposed(url, visitors.writes.names)
        asyncio.run(_restart_meanwhile(visitors, services, outcome, restarts))
    visitors.writes.close(outcome, database_url)
    told = dict(visitors.told)
    errors = sum(told.values()) - told["served"]
    outcome.unexpected_responses += [name for name in told if name != "served"]
    outcome.notes.append(f"client-visible errors {errors} of {sum(told.values())} requests: {told}")
    return outcome


@contextmanager
def _haproxy(services: list[Service]) -> Iterator[str]:
    """Run haproxy with the configuration that docs/operate/behind-a-proxy.md shows, on other ports."""
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
            _wait_until_it_serves(url)
            yield url
        finally:
            process.terminate()
            process.wait(DEADLINE)


def _wait_until_it_serves(url: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            if httpx2.get(f"{url}/ping", verify=NO_TLS).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        if time.monotonic() > deadline:
            raise AssertionError("haproxy does not serve")
        time.sleep(0.05)  # between two looks


class SteadyClients:
    """Clients who come at a steady rate, whatever becomes of those before them."""

    def __init__(self, url: str, *, rate: float) -> None:
        self.writes = AcknowledgedWrites()
        self.told = Counter[str]()
        self.over = asyncio.Event()
        self._url = url
        self._rate = rate

    async def come(self) -> None:
        """Come until it is over."""
        limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20)
        async with (
            httpx2.AsyncClient(base_url=self._url, timeout=DEADLINE, limits=limits, verify=NO_TLS) as client,
            asyncio.TaskGroup() as group,
        ):
            began = time.monotonic()
            for number in count():
                group.create_task(self._ask(client, number))
                await asyncio.sleep(max(0, began + (number + 1) / self._rate - time.monotonic()))
                if self.over.is_set():
                    return

    async def _ask(self, client: httpx2.AsyncClient, number: int) -> None:
        """Register every tenth time, and ask for something that hashes nothing otherwise."""
        began, person = time.monotonic(), a_registration()
        try:
            if number % 10:
                answer = await client.get("/.well-known/jwks.json")
            else:
                answer = await client.post("/users/register", json=person)
        except httpx2.TransportError as error:
            self.told[type(error).__name__] += 1
            return
        self.writes.slowest = max(self.writes.slowest, time.monotonic() - began)
        self.told["served" if answer.is_success else f"status {answer.status_code}"] += 1
        if answer.status_code == httpx2.codes.CREATED:
            self.writes.names.append(person["username"])


async def _restart_meanwhile(
    visitors: SteadyClients, services: list[Service], outcome: Outcome, restarts: int
) -> None:
    coming = asyncio.create_task(visitors.come())
    for number in range(restarts):
        began = time.monotonic()
        await asyncio.to_thread(_restart, services[number % 2], outcome)
        outcome.recoveries.append(time.monotonic() - began)
        await asyncio.sleep(UNTIL_SEEN)
    visitors.over.set()
    await coming


def _restart(service: Service, outcome: Outcome) -> None:
    service.signal(signal.SIGTERM)
    status = service.exit_status()
    service.start()
    service.wait_until_ready()
    outcome.injected += 1
    outcome.survived += status == 0
