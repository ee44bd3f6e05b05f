"""The doctor and a database, on SQLite and on Postgres."""

import json
import subprocess
import sys

import pytest
from tests.harness.service import DEADLINE, Service, environment


def levels(database_url: str, secret: dict[str, str]) -> dict[str, str]:
    """Return what the command says, by subject."""
    answer = subprocess.run(
        [sys.executable, "-m", "fastauth", "doctor", "--json"], env=environment(database_url, **secret),
        capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    return {finding["subject"]: finding["level"] for finding in json.loads(answer.stdout)["findings"]}


@pytest.fixture
def secret() -> dict[str, str]:
    return {"FASTAUTH_SECRET_KEY": "a secret key of the tests, 32 bytes"}


class TestDoctor:
    def test_finds_well_what_a_service_uses(self, empty_database_url: str, secret: dict[str, str]) -> None:
        with Service(empty_database_url, **secret):
            found = levels(empty_database_url, secret)
        assert [found[subject] for subject in ("database", "schema", "clock")] == ["ok"] * 3
        assert found.get("database connections", "ok") == "ok"
        assert [found[subject] for subject in ("signing key", "next key")] == ["ok"] * 2

    def test_misses_the_schema_of_an_empty_one(self, empty_database_url: str, secret: dict[str, str]) -> None:
        found = levels(empty_database_url, secret)
        assert [found[subject] for subject in ("database", "schema", "clock")] == ["ok", "fail", "ok"]
        assert found["signing keys"] == "warn"  # it could not be looked at
