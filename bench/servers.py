"""The measured servers: fastauth in three configurations, and the references in `bench.references`."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import psycopg
from bench.runs import OneConnection
from tests.harness.postgres import PostgresServer, free_port
from tests.harness.service import Service, environment

FASTAUTH, LIMITED, SQLITE, BARE, STACK = (
    "fastauth",
    "fastauth with limits",
    "fastauth on SQLite",
    "bare",
    "stack",
)
NAMES = (FASTAUTH, LIMITED, SQLITE, BARE, STACK)

PRODUCTION = {
    "FASTAUTH_RATE_LIMITS": "true",
    "FASTAUTH_PASSWORD_BLOCKLIST": "true",
    "FASTAUTH_PASSWORD_MIN_LENGTH": "8",
    "FASTAUTH_TRUSTED_PROXIES": "127.0.0.1",
}
"""The settings by which production mode adds work to a request. Each request names another network."""

RAISED = dict.fromkeys(
    (
        "FASTAUTH_RATE_LIMIT_LOGINS_PER_NETWORK",
        "FASTAUTH_RATE_LIMIT_FAILURES_PER_NETWORK",
        "FASTAUTH_RATE_LIMIT_REGISTRATIONS_PER_NETWORK",
    ),
    "1000000",
)
"""Rate limits that one network with many clients does not reach."""

DEADLINE = 120  # seconds for a server to start


@dataclass(frozen=True)
class Hashing:
    """Parameters of Argon2id with one lane."""

    memory_kib: int
    passes: int


DEFAULT = Hashing(19_456, 2)
CHEAPEST = Hashing(8, 1)
"""The minimum cost, at which the rest of a request can be measured."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    port: int
    pid: int

    @property
    def is_fastauth(self) -> bool:
        """Whether this is fastauth, and not a reference."""
        return self.name in (FASTAUTH, LIMITED, SQLITE)

    def processor_seconds(self) -> float:
        """Return the processor time of all threads so far, in seconds.

        /proc/PID/stat counts in steps of 10 ms, the time of a hundred pings; schedstat counts
        nanoseconds. It omits threads that have ended, but none ends during a measurement.
        """
        threads = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9

    def peak_memory(self) -> float:
        """Return the peak of resident memory since the start, in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024


@contextmanager
def serving(
    name: str, postgres: PostgresServer, *, workers: int = 1, hashing: Hashing = DEFAULT
) -> Iterator[Server]:
    """Run one of `NAMES` on an empty database; kill it afterwards."""
    if name == SQLITE:
        with (
            TemporaryDirectory(prefix="fastauth-bench-") as directory,
            fastauth(name, f"sqlite:///{directory}/bench.db", workers=workers, hashing=hashing) as server,
        ):
            yield server
    elif name in (FASTAUTH, LIMITED):
        settings = PRODUCTION if name == LIMITED else {}
        with fastauth(
            name, new_database(postgres), workers=workers, hashing=hashing, settings=settings
        ) as server:
            yield server
    else:
        with reference(name, new_database(postgres), workers=workers, hashing=hashing) as server:
            yield server


@contextmanager
def fastauth(
    name: str,
    database_url: str,
    *,
    workers: int = 1,
    hashing: Hashing = DEFAULT,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run fastauth on a database."""
    given = {
        "FASTAUTH_WORKERS": str(workers),
        "FASTAUTH_ARGON2_MEMORY_KIB": str(hashing.memory_kib),
        "FASTAUTH_ARGON2_TIME_COST": str(hashing.passes),
    }
    # As in production: a worker that does not migrate does not load Alembic either.
    subprocess.run([sys.executable, "-m", "fastauth", "migrate"], env=environment(database_url), check=True)
    with Service(database_url, **given, **(settings or {})) as service:
        yield Server(name, service.port, service.pid)
        service.kill()  # a graceful stop would wait for queued requests


@contextmanager
def reference(name: str, database_url: str, *, workers: int, hashing: Hashing) -> Iterator[Server]:
    """Run one of the references on a database."""
    environment = os.environ | {
        "BENCH_DATABASE": database_url,
        "BENCH_MEMORY_KIB": str(hashing.memory_kib),
        "BENCH_TIME_COST": str(hashing.passes),
    }
    port = free_port()
    command = [
        sys.executable,
        "-m",
        f"bench.references.{name}",
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        _wait_for(port, process)
        yield Server(name, port, process.pid)
    finally:
        os.killpg(process.pid, 9)
        process.wait(DEADLINE)


MAX_CONNECTIONS = 300
"""Of PostgreSQL. Four kinds of servers use it at once: 3 workers each, up to 12 connections a worker."""


def raise_max_connections(postgres: PostgresServer) -> None:
    """Raise max_connections to `MAX_CONNECTIONS`; the default is 100. Restarts PostgreSQL."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET max_connections = {MAX_CONNECTIONS}".encode())
    postgres.kill()
    postgres.start()


def new_database(postgres: PostgresServer) -> str:
    """Create a database, and return its URL."""
    name = f"bench_{token_hex(4)}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgres.url.rpartition('/')[0]}/{name}"


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + DEADLINE
    while True:
        try:
            OneConnection(port).ask("GET", "/ping")
        except ConnectionError:
            if process.poll() is not None or monotonic() > deadline:
                raise TimeoutError("the reference server does not start") from None
            sleep(0.02)  # between two attempts to connect
        else:
            return
