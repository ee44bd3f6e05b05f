"""The database is slow, or takes everything and answers nothing (F5, F6)."""

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
from tests.harness.service import DEADLINE, NO_TLS, Service

LONGEST = 5.0
"""Seconds within which everybody has to have an answer, whatever the database does."""

POOL = 5
ALL = POOL + 2
"""With the connections for readiness and for what is counted once a minute."""


def slow_down(
    database_url: str, *, delay: float, clients: int, seconds: float, longest: float = LONGEST
) -> Outcome:
    """Have every answer of the database be late, with a small pool and many clients."""
    outcome = Outcome(f"answers of Postgres {delay:g} s late, {clients} clients, pool of {POOL}")
    with _behind_a_line(database_url) as (line, service, name):
        with (
            load(service.url, clients=clients) as at_work,
            _probes(service) as probes,
            _fault(outcome, at_work, probes, longest),
        ):
            line.delay = delay
            time.sleep(seconds)  # so long the fault lasts
            line.delay = 0
        _settle(outcome, at_work, database_url, name)
    return outcome


def black_hole(
    database_url: str, *, times: int, clients: int, seconds: float, longest: float = LONGEST
) -> Outcome:
    """Have the database take every connection and every byte, and answer nothing."""
    outcome = Outcome(f"silent Postgres, {clients} clients, pool of {POOL}")
    with _behind_a_line(database_url) as (line, service, name):
        with load(service.url, clients=clients) as at_work, _probes(service) as probes:
            for _ in range(times):
                with _fault(outcome, at_work, probes, longest):
                    line.stall()
                    until = time.monotonic() + seconds
                    ready = probes.ask_whether_ready()
                    time.sleep(max(0, until - time.monotonic()))  # so long the fault lasts
                    line.resume()
                if ready != httpx2.codes.SERVICE_UNAVAILABLE:
                    outcome.unexpected_responses.append(f"{ready} of /health/ready")
        _settle(outcome, at_work, database_url, name)
    return outcome


@contextmanager
def _behind_a_line(database_url: str) -> Iterator[tuple[Proxy, Service, str]]:
    """Start the service with a line to the database, and a name by which that knows the service."""
    url = make_url(database_url)
    name = a_name()
    with Proxy(url.port or 5432) as line:
        through = url.set(host="127.0.0.1", port=line.port).update_query_dict({"application_name": name})
        rendered = through.render_as_string(hide_password=False)
        with Service(rendered, FASTAUTH_DATABASE_POOL_SIZE=str(POOL)) as service:
            yield line, service, name


class _Probes:
    """What the probes of health say, and how long they take to."""

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

    def ask_whether_ready(self) -> int:
        with httpx2.Client(base_url=self._url, timeout=DEADLINE, verify=NO_TLS) as client:
            return client.get("/health/ready").status_code


@contextmanager
def _probes(service: Service) -> Iterator[_Probes]:
    probes = _Probes(service)
    thread = threading.Thread(target=probes.run)
    thread.start()
    try:
        yield probes
    finally:
        probes.over.set()
        thread.join()


@contextmanager
def _fault(outcome: Outcome, at_work: Load, probes: _Probes, longest: float) -> Iterator[None]:
    """Look what becomes of the service while the line is bad, and afterwards."""
    at_work.wait_for(201, more=POOL)
    outcome.injected += 1
    probes.live.clear()
    at_work.writes.slowest = 0
    yield
    live = sorted(probes.live)
    outcome.recoveries.append(at_work.wait_for_success())
    outcome.slowest = max(outcome.slowest, at_work.writes.slowest)
    outcome.unexpected_responses += probes.not_live
    outcome.survived += at_work.writes.slowest <= longest
    outcome.notes.append(
        f"/health/live {len(live)} times, median {live[len(live) // 2] * 1_000:.1f} ms,"
        f" most {live[-1] * 1_000:.0f} ms"
    )


def _settle(outcome: Outcome, at_work: Load, database_url: str, name: str) -> None:
    at_work.writes.close(outcome, database_url)
    outcome.notes.append(f"answers {dict(sorted(at_work.writes.answers.items()))}")
    outcome.leaked += max(0, _connections(database_url, name) - ALL)


def _connections(database_url: str, name: str) -> int:
    """Return how many connections the database has from whoever goes by `name`, once that settles."""
    count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(100):
            (number,) = connection.execute(count, [name]).fetchone() or (0,)
            if number <= ALL:
                break
            time.sleep(0.05)  # a statement that was abandoned may run for two seconds more
        return int(number)
