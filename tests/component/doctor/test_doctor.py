"""The doctor as a whole: all checks, the command and its exit status."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from secrets import token_urlsafe

import pytest
from sqlalchemy import make_url
from tests.container_pool import a_container
from tests.harness.in_process import Runner

from fastauth.adapters.passwords import active_build, fastest_build
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.entrypoints.cli import app
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor import CHECKS, Finding, Level, exit_status, run_checks, worst
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import migrate_database, shut_down

SECRET = f"canary-5f2e{token_urlsafe(32)}"


NOWHERE = make_url("postgresql+psycopg://fastauth:canary-5f2e@127.0.0.1:1/fastauth")


run = Runner().invoke


def settings(**changes: object) -> Settings:
    quick: dict[str, object] = {"argon2_memory_kib": 64, "argon2_time_cost": 1, "secret_key": SECRET}
    return Settings(**{**quick, **changes})  # type: ignore[arg-type]  # pydantic takes them


def found(findings: list[Finding]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


class TestRunChecks:
    async def test_checks_every_subject(self, tmp_path: Path) -> None:
        url = make_url(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        container = a_container(settings=settings(database_url=url))
        await migrate_database(container)
        await container.rotate_keys()()
        findings = await run_checks(container)
        await shut_down(container)
        assert found(findings) == {
            "mode": "warn",
            "outbox": "ok",
            "webhooks": "ok",
            "event feed": "ok",
            "mail": "fail",
            "mail TLS": "ok",
            "pages and links": "ok",
            "front ends": "ok",
            "passkeys": "ok",
            "secret key": "ok",
            "files of secrets": "ok",
            "database file": "ok",
            "sources": "ok",
            "service links": "ok",
            "database password": "ok",
            "database role": "ok",
            "database TLS": "ok",
            "issuer": "fail",
            "proxies": "warn",
            "metrics": "ok",
            "documentation": "warn",
            "hash strength": "fail",
            "workers": "ok",
            "storage": "ok",
            "rate limits": "fail",
            "client connections": "ok",
            "password rules": "fail",
            "second factor policy": "warn",
            "times": "ok",
            "database": "ok",
            "schema": "ok",
            "clock": "ok",
            "signing key": "ok",
            "next key": "ok",
            "mails": "ok",
            "hash library": "ok" if active_build() == fastest_build() else "warn",
            "hash time": "ok",
            "hash rate": "ok",
            "hash memory": "ok",
            "password length": "fail",
            "blocklist": "fail",
            "other rules": "ok",
            "imported hashes": "ok",
            "usernames": "ok",
            "administrators": "warn",
            "second factors": "ok",
            "clients": "ok",
            "api keys": "ok",
            "invitations": "ok",
            "erasures": "ok",
            "user enumeration": found(findings)["user enumeration"],  # as the machine would have it
        }
        assert all(finding.remedy for finding in findings if finding.level is Level.FAIL)

    async def test_checks_write_nothing(self, tmp_path: Path) -> None:
        url = make_url(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        container = a_container(settings=settings(database_url=url))
        await migrate_database(container)
        await container.rotate_keys()()
        with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
            before = list(connection.iterdump())
            await run_checks(container)
            assert list(connection.iterdump()) == before
        await shut_down(container)

    async def test_unavailable_part_is_a_warning(self) -> None:
        async def busy_day(_container: Container) -> list[Finding]:
            raise HashingOverloaded

        (finding,) = await run_checks(a_container(settings=settings()), (busy_day,))
        assert (finding.subject, finding.level) == ("busy day", Level.WARN)

    async def test_findings_have_no_secret(self, caplog: pytest.LogCaptureFixture) -> None:
        container = a_container(settings=settings(database_url=NOWHERE))
        findings = await run_checks(container)
        await shut_down(container)
        assert "canary-5f2e" not in str(findings) + caplog.text
        assert found(findings)["database"] is Level.FAIL


class TestDoctorCommand:
    @pytest.fixture(autouse=True)
    def installation(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A database that is away: everything else is looked at all the same."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", NOWHERE.render_as_string(hide_password=False))
        monkeypatch.setenv("FASTAUTH_ARGON2_MEMORY_KIB", "64")

    def test_prints_a_table_and_fails(self) -> None:
        result = run(app, ["doctor"])
        assert result.exit_code == 1
        assert "cannot be used" in result.output
        assert "hash memory" in result.output
        assert "canary" not in result.output

    def test_prints_json(self) -> None:
        answer = json.loads(run(app, ["doctor", "--json"]).output)
        assert answer["worst"] == "fail"
        assert {tuple(each) for each in answer["findings"]} == {("level", "subject", "observed", "remedy")}
        assert len(answer["findings"]) > len(CHECKS)

    @pytest.mark.parametrize(
        ("levels", "gravest"), [([], "ok"), (["ok", "warn", "ok"], "warn"), (["fail", "warn"], "fail")]
    )
    def test_worst_level(self, levels: list[str], gravest: str) -> None:
        assert worst([Finding(level=Level(level), subject="", observed="") for level in levels]) == gravest

    @pytest.mark.parametrize(("level", "usually", "strictly"), [("ok", 0, 0), ("warn", 0, 1), ("fail", 1, 1)])
    def test_exit_status(self, level: str, usually: int, strictly: int) -> None:
        findings = [Finding(level=Level(level), subject="", observed="")]
        assert exit_status(findings, strict=False) == usually
        assert exit_status(findings, strict=True) == strictly
