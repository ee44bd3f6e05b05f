"""What production refuses, and what a client sees of it."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import make_url
from tests.builders import a_registration
from tests.fakes import (
    FakeClock,
    FakeCounterRepository,
    FakeEventLog,
    FakePasswordHasher,
    FakeSessionRepository,
    FakeSigningKeyRepository,
    FakeStorage,
    FakeStorageProbe,
    FakeUnitOfWork,
    FakeUserRepository,
)
from typer.testing import CliRunner

from fastauth.adapters.sql import ServerState
from fastauth.entrypoints.cli import app
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.production import (
    WELL_KNOWN_SECRETS,
    exposed_without_mode,
    production_errors,
    warnings,
)
from fastauth.entrypoints.production.server import server_warnings
from fastauth.entrypoints.production.weak_secrets import weakness_of_key
from fastauth.entrypoints.settings import Mode, Settings
from fastauth.entrypoints.settings.secret_keys import secret_keys

ROOT = Path(__file__).parents[3]
FIT: Mapping[str, Any] = {
    "mode": Mode.PRODUCTION,
    "secret_key": token_urlsafe(32),
    "issuer": "https://auth.example",
    "trusted_proxies": "127.0.0.1",
}
POSTGRES = "postgresql://app:Zk3-w9Qx.t@"

run = CliRunner().invoke


def in_production(**changes: object) -> Settings:
    return Settings(**{**FIT, **changes})


class TestRefusals:
    def test_are_none_where_all_is_well(self) -> None:
        assert production_errors(in_production()) == []

    def test_are_none_in_development(self) -> None:
        assert production_errors(Settings(argon2_time_cost=1, workers=2)) == []

    @pytest.mark.parametrize(
        ("named", "changes"),
        {
            "FASTAUTH_SECRET_KEY is missing": {"secret_key": None},
            "FASTAUTH_SECRET_KEY is published": {
                "secret_key": "fastauth development key: everybody knows it"
            },
            "FASTAUTH_SECRET_KEY_PREVIOUS": {
                "secret_key_previous": "Fastauth development key: everybody knows it "
            },
            "FASTAUTH_ISSUER": {"issuer": ""},
            "FASTAUTH_WORKERS": {"workers": 2},
            "in-memory": {"database_url": "sqlite://"},
            "FASTAUTH_RATE_LIMITS": {"rate_limits": False},
            "FASTAUTH_RATE_LIMIT_FAILURES_PER_NETWORK": {"rate_limit_failures_per_network": 1_000_000},
            "FASTAUTH_RATE_LIMIT_KNOWN_DEVICE": {"rate_limit_known_device": 1_001},
            "FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP": {"max_pending_connections_per_ip": 100_001},
            "FASTAUTH_PASSWORD_MIN_LENGTH": {"password_min_length": 7},
            "FASTAUTH_PASSWORD_BLOCKLIST": {"password_blocklist": False},
        }.items(),
    )
    def test_name_what_is_refused(self, named: str, changes: dict[str, object]) -> None:
        (refusal,) = production_errors(in_production(**changes))
        assert named in refusal
        assert "\n" not in refusal

    @pytest.mark.parametrize(("memory", "passes"), [(19_455, 2), (7_167, 9), (19_456, 1)])
    def test_name_a_weak_hash(self, memory: int, passes: int) -> None:
        (refusal,) = production_errors(in_production(argon2_memory_kib=memory, argon2_time_cost=passes))
        assert "FASTAUTH_ARGON2_MEMORY_KIB" in refusal

    @pytest.mark.parametrize(("memory", "passes"), [(47_104, 1), (19_456, 2), (12_288, 3), (7_168, 5)])
    def test_know_what_is_as_strong(self, memory: int, passes: int) -> None:
        assert production_errors(in_production(argon2_memory_kib=memory, argon2_time_cost=passes)) == []

    def test_allow_several_workers_on_postgres(self) -> None:
        url = make_url(f"{POSTGRES}localhost/fastauth")
        assert production_errors(in_production(database_url=url, workers=2)) == []


class TestSecretKeys:
    @pytest.mark.parametrize(
        "key",
        [
            "a" * 32,
            "changeme" * 4,
            "password" * 4,
            "12345678901234567890123456789012",
            "31415926535897932384626433832795",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "QWERTYUIOPasdfghjklzxcvbnm1234567890",
            "0123456789abcdef" * 2,
            "0123456789abcdef0123456789abcdeF0",
            "$(openssl rand -base64 32)          x",
            "openssl rand -base64 32 > secret.key",
            "your-256-bit-key-goes-here-please-ok",
            "what is kept apart from the backups",
            "correct horse battery staple and so on",
            "aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB3$aB",
            "Y2hhbmdlbWVjaGFuZ2VtZWNoYW5nZW1lY2hhbmdlbWU=",  # changeme, four times
            "6368616e67656d656368616e67656d656368616e67656d65",
            "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=",  # 0123456789abcdef...
            "the secret key of the tests, 32 bytes",
            "fastauth development key: everybody knows it",
        ],
    )
    @pytest.mark.parametrize("name", ["secret_key", "secret_key_previous"])
    def test_are_refused_where_they_can_be_guessed(self, name: str, key: str) -> None:
        (refusal,) = production_errors(in_production(**{name: key}))
        assert refusal.startswith(f"FASTAUTH_{name.upper()} ")
        assert key not in refusal

    def test_are_told_both(self) -> None:
        (refusal,) = production_errors(in_production(secret_key="a" * 32, secret_key_previous="b" * 32))
        assert "FASTAUTH_SECRET_KEY " in refusal
        assert "FASTAUTH_SECRET_KEY_PREVIOUS " in refusal

    def test_are_taken_as_the_usual_commands_make_them(self) -> None:
        makers: list[Callable[[int], str]] = [
            token_hex,
            token_urlsafe,
            lambda size: b64encode(token_bytes(size)).decode(),
            lambda _: str(uuid4()),
            lambda _: token_hex(16),
        ]
        assert {weakness_of_key(make(32)) for make in makers * 200} == {None}

    def test_of_words_need_ten_of_them(self) -> None:
        words = "abacus unlit dowry karma tipoff coasting voyage eldest mutate flanked"
        assert production_errors(in_production(secret_key=words)) == []
        assert production_errors(in_production(secret_key=words.rpartition(" ")[0])) != []


class TestDatabasePassword:
    @pytest.mark.parametrize(
        "password",
        [
            *("fastauth", "Postgres", "123456", "12345678", "fastauth1", "Fastauth2026!", "f4st4uth"),
            *("accounts", "accounts_accounts", "ledger-9", "stnuocca", "P%40ssw0rd", "qwertyuiop", "short"),
            *("changeme", "CHANGEME1", "aaaaaaaaaaaa", "%66astauth", "iloveyou", "!!fastauth!!"),
        ],
    )
    def test_is_refused_where_everybody_tries_it(self, password: str) -> None:
        for url in (
            f"postgresql://accounts:{password}@localhost/ledger",
            f"postgresql://accounts@/ledger?password={password}",
        ):
            (refusal,) = production_errors(in_production(database_url=url))
            assert "password in FASTAUTH_DATABASE_URL" in refusal

    def test_is_looked_for_wherever_libpq_finds_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        url = "postgresql://accounts@localhost/ledger"
        assert production_errors(in_production(database_url=url)) == []
        (tmp_path / "pass").write_text("# kept\n*:*:*:other:Zk3-w9Qx.t\nlocalhost:*:*:accounts:ledger1\n")
        (refusal,) = production_errors(in_production(database_url=f"{url}?passfile={tmp_path}/pass"))
        assert "password file" in refusal
        monkeypatch.setenv("PGPASSWORD", "fastauth")
        (refusal,) = production_errors(in_production(database_url=url))
        assert "PGPASSWORD" in refusal

    @pytest.mark.parametrize("password", ["Zk3-w9Qx.t", "6f1d0c2a9be84773", "correct-horse-battery"])
    def test_may_be_another(self, password: str) -> None:
        url = f"postgresql://accounts:{password}@localhost/ledger"
        assert production_errors(in_production(database_url=url)) == []


class TestDatabaseTls:
    @pytest.mark.parametrize(
        ("rest", "told"),
        [
            ("db.example/a", "refused"),
            ("db/a?sslmode=prefer", "refused"),
            ("db/a?sslmode=disable", "refused"),
            ("10.0.0.5/a", "refused"),
            ("[2001:db8::1]/a", "refused"),
            ("/a?host=db", "refused"),
            ("/a?host=/run/postgresql,db", "refused"),
            ("localhost/a?hostaddr=10.0.0.5", "refused"),
            ("db/a?sslmode=require", "warned"),
            ("db/a?sslmode=verify-ca", None),
            ("db/a?sslmode=verify-full", None),
            ("localhost/a", None),
            ("127.0.0.2/a", None),
            ("[::1]/a", None),
            ("/a?host=/run/postgresql", None),
            ("/a", None),
        ],
    )
    def test_is_asked_for_where_the_way_leaves_this_machine(self, rest: str, told: str | None) -> None:
        settings = in_production(database_url=POSTGRES + rest)
        assert [each for each in production_errors(settings) if "sslmode" not in each] == []
        assert (bool(production_errors(settings)), bool(warnings(settings))) == (
            told == "refused",
            told is not None,
        )

    def test_may_be_left_out_on_a_private_network(self) -> None:
        settings = in_production(database_url=f"{POSTGRES}db/a", database_private_network=True)
        assert production_errors(settings) == []
        (warning,) = warnings(settings)
        assert "FASTAUTH_DATABASE_PRIVATE_NETWORK" in warning

    def test_is_asked_for_by_the_variables_of_libpq_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGHOST", "db")
        assert len(production_errors(in_production(database_url=f"{POSTGRES}/a"))) == 1
        monkeypatch.setenv("PGSSLMODE", "verify-full")
        assert production_errors(in_production(database_url=f"{POSTGRES}/a")) == []


class TestTrustedProxies:
    @pytest.mark.parametrize(
        "networks",
        [
            *("0.0.0.0/0", "::/0", "0.0.0.0/1,128.0.0.0/1", "0.0.0.0/1", "::ffff:0:0/96", "::ffff:0:0/97"),
            *("::/1 8000::/1", "2000::/3", "::/80", "64:ff9b::/96", "2002::/16", "8.0.0.0/7"),
            ",".join(f"{first}.0.0.0/8" for first in range(1, 224)),
            ",".join(f"{first}.0.0.0/9" for first in range(20, 40)),
        ],
    )
    def test_are_refused_where_they_are_anybody(self, networks: str) -> None:
        (refusal,) = production_errors(in_production(trusted_proxies=networks))
        assert "FASTAUTH_TRUSTED_PROXIES" in refusal

    @pytest.mark.parametrize(
        "networks",
        [
            *("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16", "fc00::/7", "173.245.48.0/20, 103.21.244.0/22"),
            *("2400:cb00::/32", "::ffff:10.0.0.0/104", "17.0.0.0/8"),
        ],
    )
    def test_may_be_whole_networks(self, networks: str) -> None:
        assert production_errors(in_production(trusted_proxies=networks)) == []


class TestIssuer:
    @pytest.mark.parametrize(
        "issuer",
        [
            *("http://127.0.0.1:8000", "http://localhost", "https://localhost", "https://127.0.0.1"),
            *("https://[::1]", "https://[::ffff:127.0.0.1]", "https://auth.localhost", "https://0.0.0.0"),
            *("http://fastauth:8000", "https://169.254.1.1"),
        ],
    )
    def test_is_refused_where_the_world_cannot_reach_it(self, issuer: str) -> None:
        (refusal,) = production_errors(in_production(issuer=issuer))
        assert "FASTAUTH_ISSUER" in refusal

    @pytest.mark.parametrize(
        "issuer", ["HTTPS://auth.example", "https://AUTH.example/a", "https://auth.example:443"]
    )
    def test_is_warned_of_where_others_may_spell_it_otherwise(self, issuer: str) -> None:
        settings = in_production(issuer=issuer)
        assert production_errors(settings) == []
        (warning,) = warnings(settings)
        assert "FASTAUTH_ISSUER" in warning


class TestWarnings:
    def test_are_none_where_all_is_well(self) -> None:
        assert warnings(in_production()) == []

    @pytest.mark.parametrize(
        ("named", "changes"),
        {
            "FASTAUTH_SECRET_KEY_PREVIOUS": {"secret_key_previous": FIT["secret_key"]},
            "FASTAUTH_HOST": {"trusted_proxies": ""},
            "FASTAUTH_METRICS_HOST": {"metrics_host": "192.0.2.1", "metrics_port": 9000},
            "FASTAUTH_DOCS": {"docs": True},
            "FASTAUTH_SIGNING_KEY_ROTATION_DAYS": {"signing_key_rotation_days": 1e-9},
            "FASTAUTH_SESSION_IDLE_TIMEOUT_DAYS": {"session_idle_timeout_days": 0.01},
            "FASTAUTH_AUDIT_RETENTION_DAYS": {"audit_retention_days": 0.5},
            "FASTAUTH_RATE_LIMIT_LOGINS_PER_NETWORK": {"rate_limit_logins_per_network": 301},
            "FASTAUTH_BACKOFF_MAX_SECONDS": {"backoff_max_seconds": 1},
            "FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP is more": {"max_pending_connections_per_ip": 10_001},
            "FASTAUTH_MAX_PENDING_CONNECTIONS_PER_IP is below": {"max_pending_connections_per_ip": 5},
            "superuser": {"database_url": "postgresql://postgres:Zk3-w9Qx.t@localhost/a"},
        }.items(),
    )
    def test_name_the_setting(self, named: str, changes: dict[str, object]) -> None:
        settings = in_production(**changes)
        assert production_errors(settings) == []
        (warning,) = warnings(settings)
        assert named in warning
        assert "\n" not in warning


SOUND = ServerState(attributes=(), connections=97, standbys=0, synchronous=False, pooled=False)


class TestServer:
    @pytest.mark.parametrize(
        ("changes", "server", "told"),
        [
            ({}, {}, []),
            ({}, {"attributes": ("SUPERUSER",)}, ["database privileges: the role has SUPERUSER:"]),
            (
                {},
                {"attributes": ("CREATEROLE", "BYPASSRLS")},
                ["database privileges: the role has CREATEROLE, B"],
            ),
            ({"workers": 8}, {}, []),
            (
                {"workers": 9},
                {},
                ["database connections: the service opens up to 108, and the server allows this role 97"],
            ),
            ({}, {"connections": 12}, []),
            ({}, {"connections": 11}, ["database connections: the service opens up to 12,"]),
            ({}, {"connections": 10, "pooled": True}, []),
            ({}, {"standbys": 2, "synchronous": True}, []),
            ({}, {"standbys": 1}, ["replication: 1 standby server, and commits do not wait"]),
            ({"database_prepared_statements": True}, {}, []),
            ({"database_prepared_statements": True}, {"pooled": True}, ["pooler: "]),
            ({"database_prepared_statements": False}, {"pooled": True}, []),
        ],
    )
    def test_is_warned_of(self, changes: dict[str, object], server: dict[str, Any], told: list[str]) -> None:
        warned = server_warnings(in_production(**changes), replace(SOUND, **server))
        assert [each[: len(start)] for each, start in zip(warned, told, strict=True)] == told


class TestFiles:
    @pytest.fixture(autouse=True)
    def production(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_SECRETS_DIR", str(tmp_path))
        for name in ("MODE", "ISSUER", "TRUSTED_PROXIES"):
            monkeypatch.setenv(f"FASTAUTH_{name}", FIT[name.lower()])

    @pytest.mark.parametrize(
        ("name", "mode", "is_refused"),
        [
            *(("FASTAUTH_SECRET_KEY", 0o666, True), ("FASTAUTH_SECRET_KEY", 0o644, True)),
            *(("FASTAUTH_SECRET_KEY", 0o620, True), ("FASTAUTH_SECRET_KEY", 0o440, False)),
            *((".env", 0o644, True), (".env", 0o602, True), (".env", 0o600, False)),
        ],
    )
    def test_of_secrets_are_their_owners(
        self, tmp_path: Path, name: str, mode: int, *, is_refused: bool
    ) -> None:
        prefix = "FASTAUTH_SECRET_KEY=" if name == ".env" else ""
        (tmp_path / name).write_text(f"{prefix}{FIT['secret_key']}\n")
        (tmp_path / name).chmod(mode)
        found = production_errors(Settings.load())
        assert [name in refusal for refusal in found] == [True] * is_refused

    def test_without_secrets_may_be_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", FIT["secret_key"])
        (tmp_path / ".env").write_text("FASTAUTH_PORT=9\n")
        for mode, number in {0o644: 0, 0o666: 1}.items():
            (tmp_path / ".env").chmod(mode)
            assert len(production_errors(Settings.load())) == number

    def test_of_tls_are_their_owners(self, tmp_path: Path) -> None:
        key = tmp_path / "key.pem"
        key.write_bytes(b"")
        for mode, is_refused in {0o600: False, 0o640: False, 0o644: True, 0o620: True}.items():
            key.chmod(mode)
            found = production_errors(in_production().model_copy(update={"tls_key": key}))
            assert ["FASTAUTH_TLS_KEY" in refusal for refusal in found] == [True] * is_refused

    def test_of_sqlite_are_warned_of_where_others_may_read_them(self, tmp_path: Path) -> None:
        settings = in_production(database_url=f"sqlite:///{tmp_path}/a.db")
        for name in ("a.db", "a.db-wal", "a.db.secret-key"):
            (tmp_path / name).write_bytes(b"")
            for mode in (0o600, 0o640):
                (tmp_path / name).chmod(mode)
                assert warnings(settings) == []
            for mode in (0o644, 0o620):
                (tmp_path / name).chmod(mode)
                (warning,) = warnings(settings)
                assert name in warning
            (tmp_path / name).unlink()

    def test_that_are_passed_over_are_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "FASTAUTH_SECRET_KEY").write_text(f"{FIT['secret_key']}\n")
        (tmp_path / "FASTAUTH_SECRET_KEY").chmod(0o600)
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", FIT["secret_key"])
        assert warnings(Settings.load()) == []
        monkeypatch.setenv("FASTAUTH_SECRET_KEY", other := token_urlsafe(32))
        (warning,) = warnings(Settings.load())
        assert "FASTAUTH_SECRET_KEY" in warning
        assert other not in warning


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
    def test_needs_a_mode_that_somebody_chose(self, changes: dict[str, object], named: str | None) -> None:
        told = exposed_without_mode(Settings(**changes))  # type: ignore[arg-type]  # pydantic reads them
        assert told is None if named is None else told and told.startswith(named)

    def test_stops_the_start(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_HOST", "::")
        result = run(app, ["serve"])
        assert result.exit_code == 1
        assert result.output.splitlines()[-1].startswith("fastauth: FASTAUTH_HOST: other machines")
        assert list(tmp_path.iterdir()) == []


class TestStart:
    def test_gives_every_reason_in_one_list(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
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

    def test_tells_what_is_refused_when_the_database_is_away_too(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_MODE", "production")
        monkeypatch.setenv("FASTAUTH_DATABASE_URL", "postgresql://fastauth:fastauth@127.0.0.1:1/fastauth")
        output = run(app, ["serve"]).output
        assert "ALTER ROLE ... PASSWORD" in output
        assert "fastauth migrate" not in output

    @pytest.mark.parametrize("command", [["migrate"], ["keys", "rotate"], ["health"]])
    def test_is_refused_to_every_command(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("FASTAUTH_MODE", "production")
        result = run(app, command)
        assert result.exit_code == 1
        assert "FASTAUTH_SECRET_KEY is missing" in result.output
        assert list(tmp_path.iterdir()) == []


SHOWN = (
    r"(?:SECRET_KEY(?:_PREVIOUS)?|POSTGRES_PASSWORD|PGPASSWORD)[^\S\n]*[=:][-?]?[^\S\n]*['\"]?([^\s'\"#}$`?-][^\s'\"}`]*)",
    r"://[^\s:/@`]+:([^\s@`$]+)@",
)
"""A secret key or a password of a database, and a password in a URL, wherever one is written down."""


def shown_secrets() -> set[str]:
    """Return every secret that the documentation and the examples show."""
    pages = [ROOT / "Dockerfile", *ROOT.glob("*.md"), *ROOT.glob("*.y*ml")]
    pages += [page for room in ("docs", "deploy", "examples") for page in (ROOT / room).rglob("*.[my]*")]
    shown = (re.findall(pattern, page.read_text()) for page in pages for pattern in SHOWN)
    return {value.lower() for found in shown for value in found if value.strip(".")}


class TestPublicSecrets:
    def test_are_every_one_that_the_documentation_shows(self) -> None:
        """R36: forged cursors, and secrets that everybody has.

        CVE-2026-33503 (Kratos), CVE-2026-33504 (Hydra); CWE-89, CWE-1392.
        """
        assert "fastauth" in shown_secrets()  # docker-compose.yml has it
        assert shown_secrets() - WELL_KNOWN_SECRETS == set()

    def test_are_the_one_of_development_too(self) -> None:
        (key,) = secret_keys(Settings(database_url=make_url("postgresql://db/fastauth")))
        assert key.material.decode() in WELL_KNOWN_SECRETS


async def client_of(settings: Settings) -> httpx2.AsyncClient:
    storage, clock = FakeStorage(), FakeClock()
    container = Container(
        settings=settings,
        users=FakeUserRepository(storage),
        sessions=FakeSessionRepository(storage),
        database=FakeStorageProbe(),
        signing_keys=FakeSigningKeyRepository(storage),
        readiness_keys=FakeSigningKeyRepository(storage),
        counters=FakeCounterRepository(storage),
        events=FakeEventLog(storage),
        unit_of_work=FakeUnitOfWork(storage),
        hasher=FakePasswordHasher(),
        clock=clock,
    )
    await container.rotate_keys()()
    transport = httpx2.ASGITransport(create_app(container), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="https://auth.example")


GOOD = a_registration(password="a password of nobody else")
CREDENTIALS = {"username": GOOD["username"], "password": GOOD["password"]}
REQUESTS: list[tuple[str, str, object]] = [
    ("GET", "/nothing-here", None),
    ("GET", "/ping", None),
    ("GET", "/health/live", None),
    ("GET", "/health/ready", None),
    ("POST", "/users/register", GOOD),
    ("POST", "/users/register", GOOD),
    ("POST", "/users/register", {"username": "san tosh", "password": "", "fullname": ""}),
    ("POST", "/users/register", []),
    ("DELETE", "/users/register", None),
    ("POST", "/sessions", {"username": GOOD["username"], "password": "another"}),
    ("POST", "/sessions", CREDENTIALS),
    ("POST", "/sessions/refresh", {"refresh_token": "fa_rt_none"}),
    ("GET", "/users/me", None),
    ("PATCH", "/users/me", {"fullname": "Somebody Else"}),
    ("PUT", "/users/me/password", {"current_password": "another", "new_password": "of nobody else too"}),
    ("GET", "/sessions", None),
    ("GET", "/.well-known/jwks.json", None),
    ("GET", "/.well-known/oauth-authorization-server", None),
    ("GET", "/.well-known/openid-configuration", None),
    ("DELETE", "/sessions/none", None),
    ("DELETE", "/sessions/current", None),
]
VARIES = {"content-length", "date", "x-request-id"}
RANDOM = re.compile(r'"(access_token|refresh_token|device_token|id|kid|x|y)":"[^"]+"')


async def seen(client: httpx2.AsyncClient, method: str, path: str, body: object) -> tuple[Any, ...]:
    answer = (
        await client.request(method, path, json=body)
        if body is not None
        else await client.request(method, path)
    )
    headers = {name: value for name, value in answer.headers.items() if name not in VARIES}
    return answer.status_code, headers, RANDOM.sub(r'"\1":"..."', answer.text)


async def agree(lax: httpx2.AsyncClient, strict: httpx2.AsyncClient) -> None:
    """See both answer every request alike."""
    for request in REQUESTS:
        assert await seen(lax, *request) == await seen(strict, *request), request


class TestDevelopment:
    async def test_is_asked_by_this_test_wherever_it_can_be(self) -> None:
        async with await client_of(Settings(secret_key=FIT["secret_key"])) as client:
            paths = (await client.get("/openapi.json")).json()["paths"]
        assert {path for path in paths if "{" not in path} - {path for _, path, _ in REQUESTS} == set()

    async def test_differs_to_a_client_in_documentation_weak_passwords_and_limits_alone(self) -> None:
        development_relaxations = Settings(secret_key=FIT["secret_key"], issuer=FIT["issuer"])
        weak = a_registration(password="sntsh")
        async with (
            await client_of(development_relaxations) as lax,
            await client_of(in_production(rate_limits=False)) as strict,
        ):
            await agree(lax, strict)
            for client in (lax, strict):
                tokens = (await client.post("/sessions", json=CREDENTIALS)).json()
                client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
            await agree(lax, strict)
            documents = [(await client.get("/docs")).status_code for client in (lax, strict)]
            weaklings = [
                (await client.post("/users/register", json=weak)).status_code for client in (lax, strict)
            ]
        assert documents == [200, 404]
        assert weaklings == [201, 422]

    async def test_does_not_limit_guesses(self) -> None:
        development_relaxations = Settings(secret_key=FIT["secret_key"], issuer=FIT["issuer"])
        async with (
            await client_of(development_relaxations) as lax,
            await client_of(in_production()) as strict,
        ):
            for client, statuses in {lax: {401}, strict: {401, 429}}.items():
                guesses = [await client.post("/sessions", json=CREDENTIALS) for _ in range(20)]
                assert {answer.status_code for answer in guesses} == statuses
