"""The recorded statements of the previous version run on the newest schema. See tests/fixtures/statements."""

import json
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime
from typing import Any

import httpx2
import psycopg
from sqlalchemy import make_url
from tests.fakes import FakeClock
from tests.fixtures.statements.record import AGENT, NEW_PASSWORD, PASSWORDS, SETTINGS, TARGET
from tests.fixtures.statements.values import decode

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

NAMES_OF_THE_DATABASE = {"role", "schema"}
"""Columns of the schema check that differ between two databases."""

Rows = list[dict[str, Any]]


def recorded(url: str) -> dict[str, Any]:
    backend = make_url(url).get_backend_name()
    recording: dict[str, Any] = json.loads((TARGET / f"{backend}.json").read_text("utf-8"))
    return recording


@contextmanager
def a_cursor(url: str) -> Iterator[Any]:
    """Yield a cursor in autocommit mode that checks foreign keys, as those of the service do."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(parsed.database), isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection.cursor()
    else:
        with psycopg.connect(url, autocommit=True) as server:
            yield server.cursor()


def replay(url: str) -> None:
    """Execute the statements in their order, and expect the recorded results."""
    recording = recorded(url)
    with a_cursor(url) as cursor:
        for each in recording["executed"]:
            statement = recording["statements"][each["statement"]]
            execute = cursor.executemany if each["many"] else cursor.execute
            execute(statement, decode(each["parameters"]))
            columns = [column[0] for column in cursor.description or ()]
            now = comparable(columns, cursor.fetchall() if columns else [])
            before = comparable(columns, decode(each["rows"]))
            for old, new in zip(before, now, strict=False):
                assert new.pop("revision", "") >= old.pop("revision", "")  # it accepts later migrations
            assert (now, cursor.rowcount) == (before, each["count"]), statement


def comparable(columns: list[str], rows: list[Any]) -> Rows:
    """Return rows by the names of their columns, in an order of their own: not every statement has one."""
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    kept = [{name: row[name] for name in row if name not in NAMES_OF_THE_DATABASE} for row in named]
    return sorted(kept, key=repr)


@asynccontextmanager
async def current_service(url: str) -> AsyncIterator[tuple[Container, httpx2.AsyncClient]]:
    """Start the current service a minute after the recording ended."""
    clock = FakeClock()
    clock.advance(datetime.fromisoformat(recorded(url)["ended_at"]) - clock.now())
    clock.advance(minutes=1)
    container = Container(settings=Settings(database_url=make_url(url), **SETTINGS), clock=clock)
    try:
        await start_up(container)
        transport = httpx2.ASGITransport(create_app(container), client=("192.0.2.1", 1))
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://fastauth", headers=AGENT
        ) as client:
            yield container, client
    finally:
        await shut_down(container)


class TestPreviousVersion:
    async def test_serves_on_the_newest_schema(self, database_url: str) -> None:
        """Its statements succeed, and the current version continues with what they have written."""
        replay(database_url)
        recording = recorded(database_url)
        async with current_service(database_url) as (container, client):
            pages = container.read_audit_trail()(limit=1_000)
            types = Counter([entry.event.type.value async for page in pages for entry in page])
            assert types == recording["events"]
            await expect_session(client, recording["tokens"])
            await expect_passwords(client)


async def expect_session(client: httpx2.AsyncClient, tokens: dict[str, str]) -> None:
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    account = await client.get("/users/me", headers=bearer)
    assert (account.status_code, account.json()["username"]) == (200, "ann")
    sessions = await client.get("/sessions", headers=bearer)
    assert [session["current"] for session in sessions.json()][:1] == [True]
    refreshed = await client.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 200


async def expect_passwords(client: httpx2.AsyncClient) -> None:
    for username, password, status in (
        ("ann", NEW_PASSWORD, 201),
        ("ann", PASSWORDS["ann"], 401),  # replaced
        ("bob", PASSWORDS["bob"], 201),
        ("carol", PASSWORDS["carol"], 401),  # disabled
    ):
        response = await client.post("/sessions", json={"username": username, "password": password})
        assert response.status_code == status, username
