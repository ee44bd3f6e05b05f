"""The database can write nothing more, and later it can again (F7)."""

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

CALM = 30
"""Requests that are served between two faults."""

REFUSALS = 20
"""Requests that are refused during each."""


class CannotMountError(Exception):
    """We may not make a small disk on this machine."""


def refuse_writes(database_url: str, *, times: int) -> Outcome:
    """Have the system refuse the service every write to a file, as a broken disk does. For SQLite."""
    outcome = Outcome("SQLite, every write fails")
    unlimited = resource.RLIM_INFINITY

    def limit(service: Service, size: int) -> None:
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (size, unlimited))

    with Service(database_url) as service:
        _break_and_mend(outcome, service, times, lambda: limit(service, 0), lambda: limit(service, unlimited))
    return outcome


def fill_sqlite(*, times: int) -> Outcome:
    """Fill the disk that the SQLite file is on."""
    outcome = Outcome("SQLite on a full disk")
    with _small_disk(mebibytes=16) as disk, Service(f"sqlite:///{disk}/fastauth.db") as service:
        ballast = disk / "ballast"
        _break_and_mend(outcome, service, times, lambda: _fill(ballast), ballast.unlink)
    return outcome


def fill_postgres(*, times: int) -> Outcome:
    """Fill the disk that Postgres has its data on. Where Postgres gives up, start it again."""
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

        def mend() -> None:
            ballast.unlink()
            if server.has_ended:
                outcome.notes.append("Postgres had ended and was started again; the service was not")
                server.start()

        _break_and_mend(outcome, service, times, lambda: _fill(ballast), mend)
    return outcome


def _break_and_mend(
    outcome: Outcome,
    service: Service,
    times: int,
    break_it: Callable[[], None],
    mend: Callable[[], None],
) -> None:
    with load(service.url) as clients:
        for _ in range(times):
            clients.wait_for(201, more=CALM)
            break_it()
            outcome.injected += 1
            clients.wait_for(503, more=REFUSALS)
            mend()
            outcome.recoveries.append(clients.wait_for_success())
            outcome.survived += 1
    clients.writes.close(outcome, service.database_url)
    outcome.notes.append(f"answers {dict(sorted(clients.writes.answers.items()))}")
    if service.database_url.startswith("sqlite"):
        engine = create_engine(service.database_url)
        with engine.connect() as connection:
            found = connection.scalar(text("PRAGMA integrity_check"))
        engine.dispose()
        outcome.notes.append(f"integrity_check {found}")
        outcome.unexpected_responses += [f"integrity_check {found}"] * (found != "ok")


@contextmanager
def _small_disk(*, mebibytes: int) -> Iterator[Path]:
    """Mount a disk of this size in memory.

    Raises:
        CannotMountError: That is not for us to do here.
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
    """Write until the disk takes not a single byte more."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65_536))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1_024))
