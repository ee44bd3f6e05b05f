"""Databases that earlier software wrote, upgraded by the current code. See tests/fixtures/databases."""

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy import MetaData, Table, create_engine, make_url, select
from tests.fakes import FakeClock
from tests.fixtures.databases.generate import NAMES, SCHEMA, SETTINGS, password_of
from tests.harness.backends import BACKENDS
from tests.harness.databases import postgres_schema

from fastauth.domain.audit.event import EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import migrate_database, shut_down, start_up

DATABASES = Path(__file__).parents[2] / "fixtures/databases"
TABLES = ("user_info", "session", "signing_key", "tally", "event")
RENAMED = {
    "registered": "user_created",
    "logged_in": "login_succeeded",
    "log_in_refused": "login_failed",
    "refreshed": "session_renewed",
    "refresh_refused": "session_renewal_failed",
    "password_change_refused": "password_change_failed",
    "user_reopened": "user_unlocked",
    "key_rotated": "signing_key_rotated",
}
KEPT = (
    "full_name_changed",
    "logged_out",
    "password_changed",
    "refresh_token_reused",
    "user_disabled",
    "user_enabled",
)
"""With `RENAMED`: every type of event that 0.1.0 had."""
Rows = dict[str, list[dict[str, Any]]]


def rows_of(url: str, *tables: str) -> Rows:
    """Return every row of these tables, by the columns that they have."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found = {name: Table(name, MetaData(), autoload_with=connection) for name in tables}
            return {
                name: [
                    dict(row._mapping)  # noqa: SLF001  its public name
                    for row in connection.execute(select(table).order_by(*table.primary_key.columns))
                ]
                for name, table in found.items()
            }
    finally:
        engine.dispose()


@dataclass
class Upgraded:
    """An upgraded database, and the current service on it at the time at which it was written."""

    before: Rows
    after: Rows
    trail: list[AuditEntry]
    known: dict[str, Any]
    container: Container
    client: httpx2.AsyncClient

    async def log_in(self, username: str, password: str) -> httpx2.Response:
        return await self.client.post("/sessions", json={"username": username, "password": password})


@asynccontextmanager
async def upgraded(url: str, known: dict[str, Any], *tables: str) -> AsyncIterator[Upgraded]:
    before = rows_of(url, *tables)
    clock = FakeClock()
    if "generated_at" in known:
        clock.advance(datetime.fromisoformat(known["generated_at"]) - clock.now())
    settings = Settings(
        database_url=make_url(url),
        issuer=SETTINGS["FASTAUTH_ISSUER"],
        secret_key=SETTINGS["FASTAUTH_SECRET_KEY"],  # type: ignore[arg-type]  # pydantic reads it
        argon2_memory_kib=64,
        argon2_time_cost=1,
        rate_limits=True,
        lockout_threshold=1,
    )
    container = Container(settings=settings, clock=clock)
    try:
        await migrate_database(container)
        await start_up(container)
        transport = httpx2.ASGITransport(create_app(container), client=("192.0.2.1", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
            trail = [entry async for page in container.read_audit_trail()(limit=1_000) for entry in page]
            yield Upgraded(before, rows_of(url, *tables), trail, known, container, client)
    finally:
        await shut_down(container)


@pytest.fixture(scope="module", params=BACKENDS)
def written_by_0_1_0(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A copy of the database that 0.1.0 wrote, and what is known of it."""
    folder = DATABASES / "0.1.0"
    known = json.loads((folder / "known.json").read_text("utf-8"))
    if request.param == "sqlite":
        copy = shutil.copy(folder / "fastauth.sqlite", tmp_path_factory.mktemp("0.1.0"))
        yield f"sqlite:///{copy}", known["sqlite"]
        return
    with postgres_schema(request.getfixturevalue("postgres")) as url:
        schema = url.rpartition("%3D")[2]
        dump = (folder / "fastauth.postgresql.sql").read_text("utf-8")
        statements = dump.replace(f"CREATE SCHEMA {SCHEMA};", "").replace(SCHEMA, schema)
        with psycopg.connect(url) as connection:
            connection.execute(statements.encode())
        yield url, known["postgresql"]


@pytest.fixture(scope="module")
async def service(written_by_0_1_0: tuple[str, dict[str, Any]]) -> AsyncIterator[Upgraded]:
    """One for all tests: each leaves every account as it needs to be for the others."""
    async with upgraded(*written_by_0_1_0, *TABLES) as service:
        yield service


class TestVersion010:
    async def test_no_row_and_no_value_is_lost(self, service: Upgraded) -> None:
        """Only the names of event types change."""
        expected = {**service.before}
        expected["event"] = [
            {**row, "kind": RENAMED.get(row["kind"], row["kind"])} for row in service.before["event"]
        ]
        assert {name: len(rows) for name, rows in expected.items()}["user_info"] == len(NAMES) + 1
        for name, rows in expected.items():
            assert rows, name
            assert [
                {column: row[column] for column in old}
                for row, old in zip(service.after[name], rows, strict=True)
            ] == rows, name

    async def test_stored_tokens_still_work(self, service: Upgraded) -> None:
        """No session ends: access tokens are accepted, and refresh tokens are exchanged."""
        for name, tokens in service.known["sessions"].items():
            bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
            account = await service.client.get("/users/me", headers=bearer)
            assert (account.status_code, account.json()["username"]) == (200, name)
            body = {"refresh_token": tokens["refresh_token"]}
            refreshed = await service.client.post("/sessions/refresh", json=body)
            assert refreshed.status_code == 200, name
            bearer = {"Authorization": f"Bearer {refreshed.json()['access_token']}"}
            assert (await service.client.get("/users/me", headers=bearer)).status_code == 200

    async def test_passwords_still_log_in(self, service: Upgraded) -> None:
        for name in ("ann", "Жанна", "erin", "fay"):
            assert (await service.log_in(name, password_of(name.lower()))).status_code == 201, name
        assert (await service.log_in("gail", "another password of gail")).status_code == 201
        assert (await service.log_in("bob", password_of("bob"))).status_code == 401  # disabled
        for _ in ("bcrypt", "Argon2id, which replaced it"):
            assert (await service.log_in("carol", password_of("carol"))).status_code == 201

    async def test_known_device_is_still_known(self, service: Upgraded) -> None:
        """After a wrong password that locks unknown devices out, the device of the session logs in."""
        assert (await service.log_in("ann", "wrong")).status_code == 401
        assert (await service.log_in("ann", password_of("ann"))).status_code == 401
        body = {
            "username": "ann",
            "password": password_of("ann"),
            "device_token": service.known["sessions"]["ann"]["device_token"],
        }
        assert (await service.client.post("/sessions", json=body)).status_code == 201
        await service.container.unlock_user()(username="ann")

    async def test_counters_still_count(self, service: Upgraded) -> None:
        """A wrong password before the upgrade has locked the account for unknown devices."""
        pages = service.container.read_audit_trail()(
            username="dave", event_type=EventType.LOGIN_FAILED, limit=9
        )
        assert [len(page) async for page in pages] == [1]
        assert (await service.log_in("dave", password_of("dave"))).status_code == 401
        await service.container.unlock_user()(username="dave")
        assert (await service.log_in("dave", password_of("dave"))).status_code == 201

    async def test_audit_trail_has_every_type_of_its_version(self, service: Upgraded) -> None:
        types = Counter(entry.event.type for entry in service.trail)
        assert types.keys() == {EventType(name) for name in (*KEPT, *RENAMED.values())}
        assert types[EventType.USER_CREATED] == len(NAMES)


class TestTutorial:
    PASSWORDS = (("santosh", "sntsh"), ("Zoë", "motdepasse"), ("John Smith", "hunter2"))

    async def test_is_adopted_in_place(self, empty_database_url: str) -> None:
        """No row is lost, and every bcrypt hash lets its owner log in."""
        url = make_url(empty_database_url)
        statements = (DATABASES / f"tutorial/{url.get_backend_name()}.sql").read_text("utf-8")
        if url.get_backend_name() == "sqlite":
            with sqlite3.connect(str(url.database)) as connection:
                connection.executescript(statements)
            connection.close()
        else:
            with psycopg.connect(empty_database_url) as server:
                server.execute(statements.encode())
        async with upgraded(empty_database_url, {}, "user_info") as service:
            after = rows_of(empty_database_url, "user_info")["user_info"]
            assert [
                {column: row[column] for column in ("id", "username", "password", "fullname")}
                for row in after
            ] == service.before["user_info"]
            for username, password in self.PASSWORDS:
                assert (await service.log_in(username, password)).status_code == 201, username
            body = {"username": "new", "password": "sntsh", "fullname": "New"}
            created = await service.client.post("/users/register", json=body)
            assert (created.status_code, created.json()["id"]) == (201, len(self.PASSWORDS) + 1)
