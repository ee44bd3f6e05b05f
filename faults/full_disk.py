"""Writes of the database fail, and later succeed again (F7)."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from faults.load import load
from faults.outcome import Outcome
from sqlalchemy import create_engine, text
from tests.harness.postgres import PostgresOnThisMachine, postgres_programs
from tests.harness.service import Service

REQUESTS_BETWEEN = 30
"""Successful requests between two faults."""

FAILED_REQUESTS = 20
"""Responses with 503 during each fault."""


class CannotMountError(Exception):
    """Mounting a file system is not permitted to this process."""


def refuse_writes(database_url: str, *, times: int) -> Outcome:
    """Make every write to a file fail for the service (RLIMIT_FSIZE), as a broken disk does. For SQLite."""
    outcome = Outcome("SQLite, every write fails")
    unlimited = resource.RLIM_INFINITY

    def limit(service: Service, size: int) -> None:
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (size, unlimited))

    with Service(database_url) as service:
        _inject_and_repair(
            outcome, service, times, lambda: limit(service, 0), lambda: limit(service, unlimited)
        )
    return outcome


def fill_sqlite(*, times: int) -> Outcome:
    """Fill the disk of the SQLite file."""
    outcome = Outcome("SQLite on a full disk")
    with _small_disk(mebibytes=16) as disk, Service(f"sqlite:///{disk}/fastauth.db") as service:
        ballast = disk / "ballast"
        _inject_and_repair(outcome, service, times, lambda: _fill(ballast), ballast.unlink)
    return outcome


def fill_postgres(*, times: int) -> Outcome:
    """Fill the disk with the data of Postgres. Start Postgres again if it has ended."""
    outcome = Outcome("Postgres on a full disk")
    programs = postgres_programs()
    if not programs:
        raise CannotMountError
    with (
        _small_disk(mebibytes=96) as disk,
        PostgresOnThisMachine(programs, within=disk) as server,
        Service(server.url) as service,
    ):
        ballast = disk / "ballast"

        def repair() -> None:
            ballast.unlink()
            if server.has_ended:
                outcome.notes.append("Postgres had ended and was started again; the service was not")
                server.start()

        _inject_and_repair(outcome, service, times, lambda: _fill(ballast), repair)
    return outcome


def _inject_and_repair(
    outcome: Outcome,
    service: Service,
    times: int,
    inject: Callable[[], None],
    repair: Callable[[], None],
) -> None:
    with load(service.url) as clients:
        for _ in range(times):
            clients.wait_for(201, more=REQUESTS_BETWEEN)
            inject()
            outcome.injected += 1
            clients.wait_for(503, more=FAILED_REQUESTS)
            repair()
            outcome.recoveries.append(clients.wait_for_success())
            outcome.survived += 1
    clients.writes.add_to(outcome, service.database_url)
    outcome.notes.append(f"responses {dict(sorted(clients.writes.statuses.items()))}")
    if service.database_url.startswith("sqlite"):
        engine = create_engine(service.database_url)
        with engine.connect() as connection:
            found = connection.scalar(text("PRAGMA integrity_check"))
        engine.dispose()
        outcome.notes.append(f"integrity_check {found}")
        if found != "ok":
            outcome.unexpected_responses.append(f"integrity_check {found}")


@contextmanager
def _small_disk(*, mebibytes: int) -> Iterator[Path]:
    """Mount a file system of this size in memory.

    Raises:
        CannotMountError: This process may not mount one.
    """
    with TemporaryDirectory(prefix="fastauth-disk-") as directory:
        command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0755", "none", directory]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            raise CannotMountError
        try:
            yield Path(directory)
        finally:
            subprocess.run(["umount", "--lazy", directory], check=True)


def _fill(ballast: Path) -> None:
    """Write until the disk is full."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65_536))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1_024))
