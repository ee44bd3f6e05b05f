"""Many clients, one name."""

import pytest
from tests.builders import a_name
from tests.harness.service import Service

WORKERS = [1, 4]


@pytest.mark.parametrize("workers", WORKERS)
class TestRace:
    def test_gives_one_name_to_one_of_64_clients(self, empty_database_url: str, workers: int) -> None:
        with Service(empty_database_url, FASTAUTH_WORKERS=str(workers)) as service:
            for _ in range(5):
                registration = {"username": a_name(), "password": "sntsh", "fullname": "Ann"}
                statuses = [r.status_code for r in service.register_at_once([registration] * 64)]
                assert sorted(statuses) == [201] + [409] * 63

    def test_gives_12_spellings_of_one_name_to_one_client(
        self, empty_database_url: str, workers: int
    ) -> None:
        """R22: each spelling of a name has a counter of its own.

        CVE-2025-6004 (Vault), CVE-2025-54998 (OpenBao), CVE-2025-24806, CVE-2026-47203 (Authelia); CWE-307,
        CWE-178.
        """
        spellings = [
            "zoé", "Zoé", "ZOÉ", "zOé", "zoe\u0301", "Zoe\u0301", "ZOE\u0301", "zOe\u0301",
            "ｚｏé", "ＺＯÉ", "Ｚｏe\u0301", "ｚＯＥ\u0301",
        ]  # fmt: skip
        with Service(empty_database_url, FASTAUTH_WORKERS=str(workers)) as service:
            for round_ in range(5):
                registrations = [
                    {"username": f"{spelling}{round_}", "password": "sntsh", "fullname": "Zoé"}
                    for spelling in spellings
                ]
                statuses = [r.status_code for r in service.register_at_once(registrations)]
                assert sorted(statuses) == [201] + [409] * 11
