"""Many clients, one name."""

from collections.abc import Iterator

import pytest
from tests.builders import a_name
from tests.harness.backends import BACKENDS
from tests.harness.databases import postgres_schema
from tests.harness.editions import IS_THOROUGH, size
from tests.harness.races import race
from tests.harness.service import Service

WORKERS = [1, 4] if IS_THOROUGH else [2]
"""Two workers have both races: of clients of one process, and of processes."""
ROUNDS = size(1, 5)


@pytest.fixture(scope="class", params=[(backend, workers) for backend in BACKENDS for workers in WORKERS])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    backend, workers = request.param
    if backend == "sqlite":
        with Service(
            f"sqlite:///{tmp_path_factory.mktemp('races')}/a.db", FASTAUTH_WORKERS=str(workers)
        ) as service:
            yield service
        return
    with (
        postgres_schema(request.getfixturevalue("postgres")) as url,
        Service(url, FASTAUTH_WORKERS=str(workers)) as service,
    ):
        yield service


class TestRace:
    def test_gives_one_name_to_one_of_64_clients(self, service: Service) -> None:
        for _ in range(ROUNDS):
            registration = {"username": a_name(), "password": "sntsh", "fullname": "Ann"}
            found = race(service, [registration] * 64)
            assert found.has_one_winner, found
            with service.client() as client:
                assert client.log_in(registration).status_code == 201

    def test_gives_12_spellings_of_one_name_to_one_client(self, service: Service) -> None:
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
            found = race(service, registrations)
            assert found.has_one_winner, found
            with service.client() as client:
                statuses = [client.log_in(each).status_code for each in registrations]
            assert statuses == [201] * len(spellings)
