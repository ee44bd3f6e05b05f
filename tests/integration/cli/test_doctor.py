"""The doctor and a database, on SQLite and on Postgres."""

import json
from pathlib import Path

import pytest
from tests.harness.in_process import run_fastauth
from tests.harness.service import Service, environment


def levels(database_url: str, secret: dict[str, str], directory: Path) -> dict[str, str]:
    """Return the output of the command, by subject."""
    settings = environment(database_url, **secret)
    answer = run_fastauth("doctor", "--json", settings=settings, directory=directory)
    return {finding["subject"]: finding["level"] for finding in json.loads(answer.stdout)["findings"]}


@pytest.fixture
def secret() -> dict[str, str]:
    return {"FASTAUTH_SECRET_KEY": "a secret key of the tests, 32 bytes"}


class TestDoctor:
    def test_passes_on_a_used_database(
        self, empty_database_url: str, secret: dict[str, str], tmp_path: Path
    ) -> None:
        with Service(empty_database_url, **secret):
            found = levels(empty_database_url, secret, tmp_path)
        assert [found[subject] for subject in ("database", "schema", "clock")] == ["ok"] * 3
        assert found.get("database connections", "ok") == "ok"
        assert [found[subject] for subject in ("signing key", "next key")] == ["ok"] * 2

    def test_fails_on_an_empty_database(
        self, empty_database_url: str, secret: dict[str, str], tmp_path: Path
    ) -> None:
        found = levels(empty_database_url, secret, tmp_path)
        assert [found[subject] for subject in ("database", "schema", "clock")] == ["ok", "fail", "ok"]
        assert found["signing keys"] == "warn"  # it could not be looked at
