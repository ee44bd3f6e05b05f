"""Checks of the database, its server, the signing keys and the outbox."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlalchemy import make_url
from tests.container_pool import a_container
from tests.fakes import (
    FakeClock,
    FakeEventNumbering,
    FakeOutboxQueue,
    FakeSigningKeyRepository,
    FakeStorage,
    FakeUnitOfWork,
)

from fastauth.adapters.sql import ServerState
from fastauth.domain.audit.event import EventType
from fastauth.domain.outbox.message import OutboxKind
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor import Finding, Level
from fastauth.entrypoints.doctor.database import clock as clock_check
from fastauth.entrypoints.doctor.database import database, database_server
from fastauth.entrypoints.doctor.event_feed import MAX_LAG, event_feed
from fastauth.entrypoints.doctor.outbox import MAX_OVERDUE, outbox
from fastauth.entrypoints.doctor.signing_keys import signing_keys
from fastauth.entrypoints.production.server import SERVER_RULES
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down

SECRET = f"canary-5f2e{token_urlsafe(32)}"


def settings(**changes: object) -> Settings:
    quick: dict[str, object] = {"argon2_memory_kib": 64, "argon2_time_cost": 1, "secret_key": SECRET}
    return Settings(**{**quick, **changes})  # type: ignore[arg-type]  # pydantic takes them


def found(findings: list[Finding]) -> dict[str, Level]:
    return {finding.subject: finding.level for finding in findings}


class Elsewhere:
    """A database whose clock goes wrong."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    async def now(self) -> datetime:
        return self._now


class TestDatabaseChecks:
    async def test_pending_migration_fails(self, tmp_path: Path) -> None:
        url = make_url(f"sqlite+aiosqlite:///{tmp_path}/a.db")
        container = a_container(settings=settings(database_url=url))
        assert found(await database(container)) == {"database": "ok", "schema": "fail"}
        await shut_down(container)

    @pytest.mark.parametrize(
        ("seconds", "level"),
        [(0, "ok"), (1, "ok"), (1.001, "warn"), (-5, "warn"), (5.001, "fail"), (-3600, "fail")],
    )
    async def test_clock_skew_is_rated(self, seconds: float, level: str) -> None:
        clock = FakeClock()
        theirs = Elsewhere(clock.now() + timedelta(seconds=seconds))
        (finding,) = await clock_check(a_container(settings=settings(), clock=clock, database=theirs))
        assert finding.level == level
        assert f"{abs(seconds):.3f} s {'behind' if seconds >= 0 else 'ahead of'}" in finding.observed

    async def test_query_time_is_tolerated(self) -> None:
        class Slow(FakeClock):
            def now(self) -> datetime:
                self.advance(seconds=4)
                return super().now()

        clock = Slow()
        theirs = Elsewhere(clock.now())
        (finding,) = await clock_check(a_container(settings=settings(), clock=clock, database=theirs))
        assert finding.level is Level.WARN  # 6 s apart, but perhaps only 4


class Answering:
    """A database whose server reports this state."""

    def __init__(self, server: ServerState) -> None:
        self._server = server

    async def server(self) -> ServerState:
        return self._server


class TestDatabaseServer:
    @pytest.mark.parametrize(
        ("server", "levels"),
        [
            ({"connections": 24}, {}),
            ({"connections": 23}, {"database connections": "fail"}),
            ({"connections": 23, "pooled": True}, {}),
            ({"standbys": 2, "synchronous": True}, {}),
            ({"standbys": 1}, {"replication": "warn"}),
            ({"attributes": ("SUPERUSER",)}, {"database privileges": "warn"}),
        ],
    )
    async def test_server_state_is_rated(self, server: dict[str, Any], levels: dict[str, str]) -> None:
        sound = ServerState(attributes=(), connections=97, standbys=0, synchronous=False, pooled=False)
        used = settings(workers=2, database_pool_size=10)
        container = a_container(settings=used, database=Answering(replace(sound, **server)))
        assert (
            found(await database_server(container)) == {rule.subject: "ok" for rule in SERVER_RULES} | levels
        )


@pytest.fixture
async def rotated() -> tuple[Container, FakeClock]:
    """A container with one signing key, and its clock."""
    keys, clock = FakeSigningKeyRepository(FakeStorage()), FakeClock()
    container = a_container(settings=settings(), readiness_keys=keys, signing_keys=keys, clock=clock)
    await container.rotate_keys()()
    return container, clock


class TestSigningKeyChecks:
    async def test_key_age_and_next_rotation_are_reported(self, rotated: tuple[Container, FakeClock]) -> None:
        container, clock = rotated
        clock.advance(days=3)
        signing, successor = await signing_keys(container)
        assert (signing.level, successor.level) == (Level.OK, Level.OK)
        assert "since 3 days" in signing.observed
        assert "2027-02-20" in successor.observed

    async def test_published_next_key_is_reported(self, rotated: tuple[Container, FakeClock]) -> None:
        container, _ = rotated
        await container.rotate_keys()(early=True)
        _, successor = await signing_keys(container)
        assert successor.observed == "number 2, signs from 2026-11-22 12:05Z"

    async def test_overdue_rotation_is_a_warning(self, rotated: tuple[Container, FakeClock]) -> None:
        container, clock = rotated
        clock.advance(days=91)
        assert found(await signing_keys(container)) == {"signing key": "ok", "next key": "warn"}

    async def test_missing_key_fails(self) -> None:
        container = a_container(settings=settings(), readiness_keys=FakeSigningKeyRepository())
        assert found(await signing_keys(container)) == {"signing key": "fail"}

    @pytest.mark.parametrize(
        ("previous", "level"), [(None, "fail"), (SECRET, "warn")], ids=["none", "previous"]
    )
    async def test_key_of_another_secret_fails(
        self, rotated: tuple[Container, FakeClock], previous: str | None, level: str
    ) -> None:
        container, clock = rotated
        changed = settings(secret_key="another secret key, of 32 bytes too", secret_key_previous=previous)
        other = a_container(settings=changed, readiness_keys=container.readiness_keys(), clock=clock)
        assert found(await signing_keys(other))["signing key"] == level


class TestEventFeedCheck:
    async def test_event_that_waits_for_its_number_is_a_warning(self) -> None:
        clock, storage = FakeClock(), FakeStorage()
        container = a_container(settings=settings(), clock=clock, event_numbering=FakeEventNumbering(storage))
        assert found(await event_feed(container)) == {"event feed": "ok"}
        storage.note(EventType.USER_CREATED)
        clock.advance(MAX_LAG)
        assert found(await event_feed(container)) == {"event feed": "ok"}
        clock.advance(seconds=1)
        (finding,) = await event_feed(container)
        assert (finding.level, finding.observed) == ("warn", "an event has waited for its number for 61 s")


class TestOutboxChecks:
    async def test_overdue_entries_are_a_warning(self) -> None:
        clock, storage = FakeClock(), FakeStorage()
        async with FakeUnitOfWork(storage).begin() as transaction:
            await transaction.outbox.add(OutboxKind.MAIL, {"to": SECRET}, user_id=None, now=clock.now())
            await transaction.commit()
        container = a_container(settings=settings(), clock=clock, outbox_queue=FakeOutboxQueue(storage))
        clock.advance(MAX_OVERDUE)
        assert found(await outbox(container)) == {"outbox": "ok"}
        clock.advance(seconds=1)
        (finding,) = await outbox(container)
        assert (finding.level, finding.observed) == ("warn", "1 waiting, the oldest due for 61 s")
