"""The database is slow, or accepts connections and bytes without a response (F5, F6)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import psycopg
from faults.load import Load, load
from faults.outcome import Outcome
from faults.proxy import Proxy
from sqlalchemy import make_url
from tests.builders import a_name
from tests.harness.processes import in_thread, wait_until
from tests.harness.service import DEADLINE, NO_TLS, Service

MAX_SECONDS = 5.0
"""Every request has a response within this time, whatever the database does."""

POOL_SIZE = 5
MAX_CONNECTIONS = POOL_SIZE + 2
"""The pool, one connection for readiness, and one for the counts once a minute."""


def slow_down(
    database_url: str, *, delay: float, clients: int, seconds: float, max_seconds: float = MAX_SECONDS
) -> Outcome:
    """Delay every response of the database by `delay` seconds, with a small pool and many clients."""
    outcome = Outcome(f"responses of Postgres {delay:g} s late, {clients} clients, pool of {POOL_SIZE}")
    with _service_behind_proxy(database_url) as (proxy, service, name):
        with (
            load(service.url, clients=clients) as generator,
            _probes(service) as probes,
            _fault(outcome, generator, probes, max_seconds),
        ):
            proxy.delay = delay
            time.sleep(seconds)  # the duration of the fault
            probes.wait()
            proxy.delay = 0
        _finish(outcome, generator, database_url, name)
    return outcome


def black_hole(
    database_url: str, *, times: int, clients: int, seconds: float, max_seconds: float = MAX_SECONDS
) -> Outcome:
    """Accept connections and bytes to the database, and forward nothing."""
    outcome = Outcome(f"unresponsive Postgres, {clients} clients, pool of {POOL_SIZE}")
    with _service_behind_proxy(database_url) as (proxy, service, name):
        with load(service.url, clients=clients) as generator, _probes(service) as probes:
            for _ in range(times):
                with _fault(outcome, generator, probes, max_seconds):
                    proxy.stall()
                    until = time.monotonic() + seconds
                    ready = probes.readiness()
                    time.sleep(max(0, until - time.monotonic()))  # the duration of the fault
                    probes.wait()
                    proxy.resume()
                if ready != httpx2.codes.SERVICE_UNAVAILABLE:
                    outcome.unexpected_responses.append(f"{ready} of /health/ready")
        _finish(outcome, generator, database_url, name)
    return outcome


@contextmanager
def _service_behind_proxy(database_url: str) -> Iterator[tuple[Proxy, Service, str]]:
    """Start the service behind a proxy to the database; yield both and its application_name."""
    url = make_url(database_url)
    name = a_name()
    with Proxy(url.port or 5432) as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port).update_query_dict({"application_name": name})
        rendered = through.render_as_string(hide_password=False)
        with Service(rendered, FASTAUTH_DATABASE_POOL_SIZE=str(POOL_SIZE)) as service:
            yield proxy, service, name


class _Probes:
    """Health probes, their responses and durations."""

    def __init__(self, service: Service) -> None:
        self._url = service.url
        self.over = threading.Event()
        self.live: list[float] = []
        self.not_live: list[str] = []
        self.ready: list[int] = []

    def run(self) -> None:
        with httpx2.Client(base_url=self._url, timeout=DEADLINE, verify=NO_TLS) as client:
            while not self.over.wait(0.05):
                began = time.monotonic()
                status = client.get("/health/live").status_code
                self.live.append(time.monotonic() - began)
                if status != httpx2.codes.OK:
                    self.not_live.append(f"{status} of /health/live")

    def wait(self) -> None:
        """Return once a probe of the present fault has a response."""
        wait_until(lambda: bool(self.live), "/health/live has no response", deadline=DEADLINE)

    def readiness(self) -> int:
        with httpx2.Client(base_url=self._url, timeout=DEADLINE, verify=NO_TLS) as client:
            return client.get("/health/ready").status_code


@contextmanager
def _probes(service: Service) -> Iterator[_Probes]:
    probes = _Probes(service)
    with in_thread(probes.run, probes.over.set):
        yield probes


@contextmanager
def _fault(outcome: Outcome, generator: Load, probes: _Probes, max_seconds: float) -> Iterator[None]:
    """Inject a fault during the block, and record durations during it and the recovery afterwards."""
    generator.wait_for(201, more=POOL_SIZE)
    outcome.injected += 1
    probes.live.clear()
    generator.writes.slowest = 0
    yield
    live = sorted(probes.live)
    outcome.recoveries.append(generator.wait_for_success())
    outcome.slowest = max(outcome.slowest, generator.writes.slowest)
    outcome.unexpected_responses += probes.not_live
    outcome.survived += generator.writes.slowest <= max_seconds
    outcome.notes.append(
        f"/health/live {len(live)} times, median {live[len(live) // 2] * 1_000:.1f} ms,"
        f" maximum {live[-1] * 1_000:.0f} ms"
    )


def _finish(outcome: Outcome, generator: Load, database_url: str, name: str) -> None:
    generator.writes.add_to(outcome, database_url)
    outcome.notes.append(f"responses {dict(sorted(generator.writes.statuses.items()))}")
    outcome.leaked += max(0, _connections(database_url, name) - MAX_CONNECTIONS)


def _connections(database_url: str, name: str) -> int:
    """Return the number of connections with this application_name, once abandoned ones have ended."""
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(100):
            (number,) = connection.execute(count, [name]).fetchone() or (0,)
            if number <= MAX_CONNECTIONS:
                break
            time.sleep(0.05)  # an abandoned statement may run for two more seconds
        return int(number)
