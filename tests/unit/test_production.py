"""What production refuses, and what a client sees of it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import make_url
from tests.builders import a_registration
from tests.fakes import (
    FakeClock,
    FakeEventLog,
    FakePasswordHasher,
    FakeSessionRepository,
    FakeSigningKeyRepository,
    FakeStorage,
    FakeStorageProbe,
    FakeTallyRepository,
    FakeUnitOfWork,
    FakeUserRepository,
)
from typer.testing import CliRunner

from fastauth.entrypoints.cli import app
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.production import PUBLIC, refusals
from fastauth.entrypoints.secret_keys import secret_keys
from fastauth.entrypoints.settings import Mode, Settings

ROOT = Path(__file__).parents[2]
SECRET = "a secret key of the tests, long enough"
FIT: Mapping[str, Any] = {"mode": Mode.PRODUCTION, "secret_key": SECRET, "issuer": "https://auth.example"}

run = CliRunner().invoke


def in_production(**changes: object) -> Settings:
    return Settings(**{**FIT, **changes})


class TestRefusals:
    def test_are_none_where_all_is_well(self) -> None:
        assert refusals(in_production()) == []

    def test_are_none_in_development(self) -> None:
        assert refusals(Settings(argon2_time_cost=1, workers=2)) == []

    @pytest.mark.parametrize(
        ("named", "changes"),
        {
            "FASTAUTH_SECRET_KEY is missing": {"secret_key": None},
            "FASTAUTH_SECRET_KEY stands in": {"secret_key": "fastauth development key: everybody knows it"},
            "FASTAUTH_SECRET_KEY_PREVIOUS": {
                "secret_key_previous": "Fastauth development key: everybody knows it "
            },
            "FASTAUTH_ISSUER": {"issuer": ""},
            "FASTAUTH_WORKERS": {"workers": 2},
            "FASTAUTH_DATABASE_URL": {"database_url": make_url("postgresql://fastauth:fastauth@db/fastauth")},
            "password in FASTAUTH_DATABASE_URL": {"database_url": "postgresql://u@db/d?password=Postgres"},
        }.items(),
    )
    def test_name_what_is_refused(self, named: str, changes: dict[str, object]) -> None:
        (refusal,) = refusals(in_production(**changes))
        assert named in refusal
        assert "\n" not in refusal

    @pytest.mark.parametrize(("memory", "passes"), [(19_455, 2), (7_167, 9), (19_456, 1)])
    def test_name_a_weak_hash(self, memory: int, passes: int) -> None:
        (refusal,) = refusals(in_production(argon2_memory_kib=memory, argon2_time_cost=passes))
        assert "FASTAUTH_ARGON2_MEMORY_KIB" in refusal

    @pytest.mark.parametrize(("memory", "passes"), [(47_104, 1), (19_456, 2), (12_288, 3), (7_168, 5)])
    def test_know_what_is_as_strong(self, memory: int, passes: int) -> None:
        assert refusals(in_production(argon2_memory_kib=memory, argon2_time_cost=passes)) == []

    def test_allow_several_workers_on_postgres(self) -> None:
        url = make_url("postgresql://fastauth:by-chance@db/fastauth")
        assert refusals(in_production(database_url=url, workers=2)) == []


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
        assert heading == "fastauth: production refuses to run like this:"
        for reason, named in zip(
            reasons, ["SECRET_KEY", "ARGON2", "WORKERS", "ISSUER", "fastauth migrate"], strict=True
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
        assert "POSTGRES_PASSWORD" in output
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
    r"(?:SECRET_KEY(?:_PREVIOUS)?|POSTGRES_PASSWORD|PGPASSWORD)\s*[=:][-?]?\s*['\"]?([^\s'\"#}$`?-][^\s'\"}`]*)",
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
        assert shown_secrets() - PUBLIC == set()

    def test_are_the_one_of_development_too(self) -> None:
        (key,) = secret_keys(Settings(database_url=make_url("postgresql://db/fastauth")))
        assert key.material.decode() in PUBLIC


async def client_of(settings: Settings) -> httpx2.AsyncClient:
    storage, clock = FakeStorage(), FakeClock()
    container = Container(
        settings=settings,
        users=FakeUserRepository(storage),
        sessions=FakeSessionRepository(storage),
        database=FakeStorageProbe(),
        signing_keys=FakeSigningKeyRepository(storage),
        probed_keys=FakeSigningKeyRepository(storage),
        tallies=FakeTallyRepository(storage),
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
    ("GET", "/", None),
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
        relaxed = Settings(secret_key=FIT["secret_key"], issuer=FIT["issuer"])
        weak = a_registration(password="sntsh")
        async with await client_of(relaxed) as lax, await client_of(in_production(limits=False)) as strict:
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
        relaxed = Settings(secret_key=FIT["secret_key"], issuer=FIT["issuer"])
        async with await client_of(relaxed) as lax, await client_of(in_production()) as strict:
            for client, statuses in {lax: {401}, strict: {401, 429}}.items():
                guesses = [await client.post("/sessions", json=CREDENTIALS) for _ in range(20)]
                assert {answer.status_code for answer in guesses} == statuses
