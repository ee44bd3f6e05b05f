"""Running services: clients race, a service is killed, and it is stopped.

The tests of a database share the services. On SQLite there are two, which have both races: of clients of one
process, and of processes.
"""

import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from faults import crashes
from faults.outcome import table
from tests.builders import a_name
from tests.harness.editions import IS_THOROUGH, size
from tests.harness.races import race
from tests.harness.service import Service
from tests.integration.faults.running_requests import begin_registration, pings

SERVICES = [("sqlite", 2, 1), ("postgres", 1, 1)]
"""Database, number of services, and workers of each.

PostgreSQL has a process for each connection, even of one worker.
"""
if IS_THOROUGH:
    SERVICES += [("sqlite", 1, 4), ("postgres", 1, 4)]

ROUNDS = size(1, 5)


@pytest.fixture(scope="module", params=SERVICES, ids=lambda each: f"{each[0]}-{each[1]}-{each[2]}")
def services_of_file(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Service]]:
    backend, number, workers = request.param
    settings = {"FASTAUTH_WORKERS": str(workers), "FASTAUTH_SHUTDOWN_TIMEOUT_SECONDS": "600"}
    with ExitStack() as stack:
        if backend == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('services')}/a.db"
        else:
            url = request.getfixturevalue("postgres_url_of_file")
        yield [stack.enter_context(Service(url, **settings)) for _ in range(number)]


@pytest.fixture
def services(services_of_file: list[Service]) -> list[Service]:
    """Return the services of the file. Those start again that a test has ended."""
    for service in services_of_file:
        if service.has_ended:
            service.start()
    return services_of_file


class TestRace:
    """Many clients, one name."""

    def test_gives_one_name_to_one_of_64_clients(self, services: list[Service]) -> None:
        for _ in range(ROUNDS):
            registration = {"username": a_name(), "password": "sntsh", "fullname": "Ann"}
            found = race(services, [registration] * 64)
            assert found.has_one_winner, found
            with services[-1].client() as client:
                assert client.log_in(registration).status_code == 201

    def test_gives_12_spellings_of_one_name_to_one_client(self, services: list[Service]) -> None:
        """R22: each spelling of a name has a counter of its own.

        CVE-2025-6004 (Vault), CVE-2025-54998 (OpenBao), CVE-2025-24806, CVE-2026-47203 (Authelia); CWE-307,
        CWE-178.
        """
        spellings = [
            "zoé", "Zoé", "ZOÉ", "zOé", "zoe\u0301", "Zoe\u0301", "ZOE\u0301", "zOe\u0301",
            "ｚｏé", "ＺＯÉ", "Ｚｏe\u0301", "ｚＯＥ\u0301",
        ]  # fmt: skip
        for round_ in range(ROUNDS):
            registrations = [
                {"username": f"{spelling}{round_}", "password": "sntsh", "fullname": "Zoé"}
                for spelling in spellings
            ]
            found = race(services, registrations)
            assert found.has_one_winner, found
            with services[-1].client() as client:
                statuses = [client.log_in(each).status_code for each in registrations]
            assert statuses == [201] * len(spellings)


class TestKill:
    def test_loses_nothing_that_was_acknowledged(self, services: list[Service]) -> None:
        """`make faults` kills several workers, too."""
        outcome = crashes.kill_under_load(services[0], kills=size(1, 10))
        assert outcome.injected
        assert outcome.is_good, table([outcome])


class TestSigterm:
    """`test_workers.py` sends it to a supervisor."""

    def test_answers_requests_and_closes_idle_connections(self, services: list[Service]) -> None:
        service = services[0]
        running, rest = begin_registration(service)
        with running, service.connect() as idle:
            assert pings(idle)
            service.signal(signal.SIGTERM)
            service.wait_until_it_refuses()
            assert idle.recv(1) == b""
            running.sendall(rest)
            answer = running.recv(65_536)
        assert answer.startswith(b"HTTP/1.1 201 ")
        assert b"connection: close" in answer
        assert service.exit_status() == 0
