"""A backup made while the service writes, and what somebody finds who has restored it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from tests.builders import a_registration
from tests.harness.backends import BACKENDS, fail_without_postgres
from tests.harness.commands import execute
from tests.harness.postgres import PostgresServer, own_postgres
from tests.harness.service import DEADLINE, Service

SECRET_KEY = {"FASTAUTH_SECRET_KEY": "what is kept apart from the backups"}
OPERATIONS = Path(__file__).parents[3] / "docs/operate/backup.md"
LEAVE_A_GAP = {
    "sqlite": "UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'user_info'",
    "postgresql": (
        "SELECT setval(pg_get_serial_sequence('user_info', 'id'), max(id) + 1000000) FROM user_info"
    ),
}


@dataclass
class Installation:
    """A database, and how to restore a backup of it, made just now, as another one."""

    url: str
    restored: Callable[[], str]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with fail_without_postgres(), own_postgres() as server:
        yield server


@pytest.fixture(params=BACKENDS)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    if request.param == "sqlite":
        return in_a_file(tmp_path)
    return on_a_server(request.getfixturevalue("server"))


def in_a_file(home: Path) -> Installation:
    def restored() -> str:
        with closing(sqlite3.connect(home / "fastauth.db")) as connection:
            connection.execute("VACUUM INTO ?", [f"{home}/restored.db"])
        return f"sqlite:///{home}/restored.db"

    return Installation(f"sqlite:///{home}/fastauth.db", restored)


def on_a_server(server: PostgresServer) -> Installation:
    name, address = f"fastauth_{token_hex(6)}", server.url.rpartition("/")[0]
    server.shell(f"createdb {name}")

    def restored() -> str:
        server.shell(f"createdb {name}_restored")
        server.shell(f"pg_dump -Fc {name} | pg_restore --exit-on-error --dbname {name}_restored")
        return f"{address}/{name}_restored"

    return Installation(f"{address}/{name}", restored)


@contextmanager
def registering(service: Service) -> Iterator[list[dict[str, Any]]]:
    """Register one after the other meanwhile; the list has all who were told that they are registered."""
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
    def test_brings_back_everybody_who_was_registered(self, installation: Installation) -> None:
        with Service(installation.url, **SECRET_KEY) as service, registering(service) as registered:
            before = list(registered)
            restored = installation.restored()
        with Service(restored, **SECRET_KEY) as service, service.client() as client:
            assert [client.log_in(registration).status_code for registration in before] == [201] * len(before)

    def test_brings_back_sessions_until_they_are_deleted(self, installation: Installation) -> None:
        somebody = a_registration()
        with Service(installation.url, **SECRET_KEY) as service, service.client() as client:
            service.register(somebody)
            ended, refreshed = client.log_in(somebody).json(), client.log_in(somebody).json()
            restored = installation.restored()
            assert client.log_out(ended).status_code == 204
            newest = client.refresh(refreshed).json()
        with Service(restored, **SECRET_KEY) as service, service.client() as client:
            assert client.me(ended).status_code == 200
            assert client.refresh(newest).json()["code"] == "invalid_refresh_token"
            execute(restored, "DELETE FROM session")
            assert client.me(ended).status_code == 401
            assert client.refresh(ended).status_code == 401
            assert client.log_in(somebody).status_code == 201

    def test_gives_no_id_twice_once_the_ids_go_on_after_a_gap(self, installation: Installation) -> None:
        with Service(installation.url, **SECRET_KEY) as service:
            service.register(a_registration())
            restored = installation.restored()
            lost = service.register(a_registration()).json()["id"]
        leave_a_gap = LEAVE_A_GAP[restored.partition(":")[0]]
        assert f"{leave_a_gap};" in OPERATIONS.read_text()
        execute(restored, leave_a_gap)
        with Service(restored, **SECRET_KEY) as service:
            assert service.register(a_registration()).json()["id"] > lost
