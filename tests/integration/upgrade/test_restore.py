"""A backup made while the service writes, and what is there after it was restored."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from tests.builders import a_registration
from tests.harness.backends import BACKENDS
from tests.harness.commands import execute
from tests.harness.local_service import LocalService
from tests.harness.migrations import migrate_at
from tests.harness.postgres import GivenPostgres, PostgresServer, own_postgres
from tests.harness.service import DEADLINE

SECRET_KEY = {"FASTAUTH_SECRET_KEY": "what is kept apart from the backups"}
OPERATIONS = Path(__file__).parents[3] / "docs/operate/backup.md"
LEAVE_A_GAP = {
    "sqlite": "UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'user_info'",
    "postgresql": (
        "SELECT setval(pg_get_serial_sequence('user_info', 'id'), max(id) + 1000000) FROM user_info"
    ),
}


@dataclass
class Backup:
    """What a service has answered around the time of a backup, and a service on the restored database."""

    url: str
    service: LocalService
    registered: list[dict[str, Any]]
    """Accounts from before the backup."""
    lost: int
    """The id of an account that was registered after it."""
    person: dict[str, Any]
    ended: dict[str, str]
    """The tokens of a session that was ended after the backup."""
    refreshed: dict[str, str]
    """The tokens that a session got after it."""


@pytest.fixture(scope="module", params=BACKENDS)
def backup(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backup]:
    with ExitStack() as resources:
        if request.param == "sqlite":
            url, restore = in_a_file(tmp_path_factory.mktemp("installation"))
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            if isinstance(server, GivenPostgres):  # its programs are on another machine
                server = resources.enter_context(own_postgres(durable=False))
            url, restore = on_a_server(server)
        person = a_registration()
        asyncio.run(migrate_at(url))
        with LocalService(url, **SECRET_KEY) as service, service.client() as client:
            service.register(person)
            ended, refreshed = client.log_in(person).json(), client.log_in(person).json()
            with registering(service) as registered:
                before = list(registered)
                restored = restore()
            lost = service.register(a_registration()).json()["id"]
            assert client.log_out(ended).status_code == 204
            newest = client.refresh(refreshed).json()
        service = resources.enter_context(LocalService(restored, **SECRET_KEY))
        yield Backup(restored, service, before, lost, person, ended, newest)


def in_a_file(home: Path) -> tuple[str, Callable[[], str]]:
    """Return a database, and what restores a backup of it, made just now, as another one."""

    def restored() -> str:
        with closing(sqlite3.connect(home / "fastauth.db")) as connection:
            connection.execute("VACUUM INTO ?", [f"{home}/restored.db"])
        return f"sqlite:///{home}/restored.db"

    return f"sqlite:///{home}/fastauth.db", restored


def on_a_server(server: PostgresServer) -> tuple[str, Callable[[], str]]:
    """See `in_a_file`."""
    name, address = f"fastauth_{token_hex(6)}", server.url.rpartition("/")[0]
    server.shell(f"createdb {name}")

    def restored() -> str:
        server.shell(f"createdb {name}_restored")
        server.shell(f"pg_dump -Fc {name} | pg_restore --exit-on-error --dbname {name}_restored")
        return f"{address}/{name}_restored"

    return f"{address}/{name}", restored


@contextmanager
def registering(service: LocalService) -> Iterator[list[dict[str, Any]]]:
    """Register one after the other meanwhile; the list has all whose registration was answered with 201."""
    registered: list[dict[str, Any]] = []
    some, over = threading.Event(), threading.Event()

    def register() -> None:
        while not over.is_set():
            if service.register(registration := a_registration()).status_code == 201:
                registered.append(registration)
            if len(registered) >= 10:
                some.set()

    with ThreadPoolExecutor() as threads:
        running = threads.submit(register)
        try:
            assert some.wait(DEADLINE)
            yield registered
        finally:
            over.set()
            running.result()


class TestRestoring:
    def test_brings_back_every_registered_account(self, backup: Backup) -> None:
        with backup.service.client() as client:
            statuses = [client.log_in(registration).status_code for registration in backup.registered]
        assert len(statuses) >= 10
        assert set(statuses) == {201}

    def test_brings_back_sessions_until_they_are_deleted(self, backup: Backup) -> None:
        with backup.service.client() as client:
            assert client.me(backup.ended).status_code == 200
            assert client.refresh(backup.refreshed).json()["code"] == "invalid_refresh_token"
            execute(backup.url, "DELETE FROM session")
            assert client.me(backup.ended).status_code == 401
            assert client.refresh(backup.ended).status_code == 401
            assert client.log_in(backup.person).status_code == 201

    def test_gives_no_id_twice_once_the_ids_go_on_after_a_gap(self, backup: Backup) -> None:
        leave_a_gap = LEAVE_A_GAP[backup.url.partition(":")[0]]
        assert f"{leave_a_gap};" in OPERATIONS.read_text()
        execute(backup.url, leave_a_gap)
        assert backup.service.register(a_registration()).json()["id"] > backup.lost
