"""The start of the service and of commands with insecure settings."""

from pathlib import Path

import pytest
from tests.harness.in_process import Runner

from fastauth.entrypoints.cli import app
from fastauth.entrypoints.production import (
    exposed_without_mode,
)
from fastauth.entrypoints.settings import Settings

run = Runner().invoke


class TestExposure:
    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({}, None),
            ({"host": "::1"}, None),
            ({"host": "localhost"}, None),
            ({"host": "127.0.0.5"}, None),
            ({"host": "192.0.2.1", "mode": "development"}, None),
            ({"metrics_host": "192.0.2.1"}, None),
            ({"host": "192.0.2.1"}, "FASTAUTH_HOST"),
            ({"host": "::"}, "FASTAUTH_HOST"),
            ({"host": "fastauth"}, "FASTAUTH_HOST"),
            ({"metrics_host": "::", "metrics_port": 9}, "FASTAUTH_METRICS_HOST"),
        ],
    )
    def test_listening_to_others_requires_explicit_mode(
        self, changes: dict[str, object], named: str | None
    ) -> None:
        message = exposed_without_mode(Settings(**changes))  # type: ignore[arg-type]  # pydantic reads them
        assert message is None if named is None else message and message.startswith(named)

    def test_serve_refuses_to_start(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_HOST", "::")
        result = run(app, ["serve"])
        assert result.exit_code == 1
        assert result.output.splitlines()[-1].startswith("fastauth: FASTAUTH_HOST: other machines")
        assert list(tmp_path.iterdir()) == []


class TestStart:
    def test_all_errors_are_reported_together(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        for name, value in {
            "MODE": "production",
            "ARGON2_TIME_COST": "1",
            "WORKERS": "2",
            "SECRET_KEY_PREVIOUS": "fastauth development key: everybody knows it",
        }.items():
            monkeypatch.setenv(f"FASTAUTH_{name}", value)
        result = run(app, ["serve"])
        assert result.exit_code == 1
        heading, *reasons = result.output.splitlines()
        assert heading == "fastauth: insecure settings for FASTAUTH_MODE=production:"
        for reason, named in zip(
            reasons, ["SECRET_KEY", "ISSUER", "ARGON2", "WORKERS", "fastauth migrate"], strict=True
        ):
            assert named in reason
        assert "everybody knows it" not in result.output
        assert not (tmp_path / "fastauth.db.secret-key").exists()

    def test_errors_are_reported_without_database(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_MODE", "production")
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", "postgresql://fastauth:fastauth@127.0.0.1:1/fastauth")
        output = run(app, ["serve"]).output
        assert "ALTER ROLE ... PASSWORD" in output
        assert "fastauth migrate" not in output

    @pytest.mark.parametrize("command", [["migrate"], ["keys", "rotate"], ["health"]])
    def test_every_command_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_MODE", "production")
        result = run(app, command)
        assert result.exit_code == 1
        assert "FASTAUTH_SECRET_KEY is missing" in result.output
        assert list(tmp_path.iterdir()) == []
