"""Migration 0007 renames stored event types while versions before it still write the old names."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from sqlalchemy import Engine, create_engine, text
from tests.builders import a_name
from tests.harness.databases import AUDIT_COLUMNS, connect
from tests.harness.migrations import migrate_at, migrate_to
from tests.harness.tables import row

from fastauth.adapters.sql import Database, SqlAuditTrail, SqlEventLog
from fastauth.adapters.sql.database.event_renames import rename_events
from fastauth.domain.audit.event import Actor, Event, EventSource, EventType
from fastauth.domain.audit.trail import AuditEntry, AuditFilter
from fastauth.domain.sessions.session import SessionId

OLD_NAMES = {
    "registered": EventType.USER_CREATED,
    "logged_in": EventType.LOGIN_SUCCEEDED,
    "log_in_refused": EventType.LOGIN_FAILED,
    "refreshed": EventType.SESSION_RENEWED,
    "refresh_refused": EventType.SESSION_RENEWAL_FAILED,
    "password_change_refused": EventType.PASSWORD_CHANGE_FAILED,
    "user_reopened": EventType.USER_UNLOCKED,
    "key_rotated": EventType.SIGNING_KEY_ROTATED,
}
KEPT = [each for each in EventType if each not in OLD_NAMES.values()]


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def newest(database_url: str) -> Iterator[Engine]:
    """A database of the newest revision."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


def insert(engine: Engine, *names: str, session_id: str | None = None, user_id: int | None = None) -> None:
    """Write events as a version before 0007 does."""
    moments = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')", "postgresql": "now()"}
    statement = "INSERT INTO event (at, kind, session_id, user_id) VALUES"
    with engine.begin() as connection:
        for name in names:
            connection.execute(
                text(f"{statement} ({moments[engine.dialect.name]}, :name, :session, :user)"),
                {"name": name, "session": session_id, "user": user_id},
            )


def stored(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT kind FROM event ORDER BY id")))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    yield database
    await database.close()


async def read(database: Database, event_type: EventType | None = None) -> list[EventType]:
    """Return the types of the events in the audit trail, the oldest first."""
    return [entry.event.type for entry in await entries(database, event_type)]


async def entries(database: Database, event_type: EventType | None = None) -> list[AuditEntry]:
    trail = SqlAuditTrail(connections=database.autocommit)
    page = await trail.page(AuditFilter(type=event_type), before=None, limit=1_000)
    return sorted(page, key=lambda entry: entry.id)


class TestMigration:
    async def test_renames_stored_types(self, empty_database_url: str, engine: Engine) -> None:
        migrate_to("0006", engine)
        insert(engine, *OLD_NAMES, *KEPT, *OLD_NAMES)
        migrate_to("0007", engine)
        with engine.connect() as connection:
            pending = text("SELECT * FROM fastauth_task WHERE name = 'rename_events'")
            task = dict(connection.execute(pending).mappings().one())
        database = connect(empty_database_url)
        for batch in (1, 3, 1_000):
            with row(batch):
                await rename_events(database, batch=batch)
                assert stored(engine) == [*OLD_NAMES.values(), *KEPT, *OLD_NAMES.values()]
                with engine.begin() as connection:  # as before the migration
                    connection.execute(text("DELETE FROM event"))
                    columns, values = ", ".join(task), ", ".join(f":{name}" for name in task)
                    connection.execute(text(f"INSERT INTO fastauth_task ({columns}) VALUES ({values})"), task)  # noqa: S608  names of the schema
                insert(engine, *OLD_NAMES, *KEPT, *OLD_NAMES)
        await database.close()

    async def test_resumes_after_an_interruption(self, empty_database_url: str, engine: Engine) -> None:
        """The schema has been migrated, and the process ended before it had renamed anything."""
        migrate_to("0006", engine)
        insert(engine, *OLD_NAMES, "logged_out")
        with engine.begin() as connection:
            connection.execute(text("UPDATE event SET actor = 'service' WHERE kind = 'key_rotated'"))
        migrate_to("0007", engine)
        assert stored(engine) == [*OLD_NAMES, "logged_out"]
        await migrate_at(empty_database_url)
        assert stored(engine) == [*OLD_NAMES.values(), "logged_out"]
        with engine.connect() as connection:
            actors = connection.execute(text("SELECT kind, actor FROM event WHERE actor IS NOT NULL"))
            assert actors.all() == [("signing_key_rotated", "system")]

    async def test_runs_once(self, empty_database_url: str, engine: Engine) -> None:
        """A later start reads no event: the table may be large."""
        migrate_to("0006", engine)
        insert(engine, *OLD_NAMES)
        await migrate_at(empty_database_url)
        insert(engine, "registered")
        await migrate_at(empty_database_url)
        assert stored(engine)[-1] == "registered"


class TestRollingUpgrade:
    async def test_trail_reads_both_names(self, database: Database, newest: Engine) -> None:
        insert(newest, *OLD_NAMES, *OLD_NAMES.values(), *KEPT)
        assert await read(database) == [*OLD_NAMES.values(), *OLD_NAMES.values(), *KEPT]
        for event_type in OLD_NAMES.values():
            assert await read(database, event_type) == [event_type] * 2
        assert await read(database, EventType.LOGGED_OUT) == [EventType.LOGGED_OUT]

    async def test_trail_reads_both_actors(self, database: Database, newest: Engine) -> None:
        insert(newest, "key_rotated", "signing_key_rotated")
        with newest.begin() as connection:
            connection.execute(text("UPDATE event SET actor = 'service' WHERE kind = 'key_rotated'"))
            connection.execute(text("UPDATE event SET actor = 'system' WHERE kind <> 'key_rotated'"))
        assert [entry.source for entry in await entries(database)] == [EventSource(Actor.SYSTEM)] * 2

    async def test_recent_event_is_recognised_under_both_names(
        self, database: Database, newest: Engine
    ) -> None:
        """A failed renewal is recorded once a minute, whichever version recorded the last one."""
        for recorded in ("refresh_refused", "session_renewal_failed", "refresh_token_reused"):
            with row(recorded):
                session_id = token_hex(16)
                insert(newest, recorded, session_id=session_id, user_id=add_session(newest, session_id))
                before = stored(newest)
                await self.record_renewal_failure(database, session_id)
                assert stored(newest) == before

    async def record_renewal_failure(self, database: Database, session_id: str) -> None:
        log = SqlEventLog(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)
        await log.record_unless_recent(
            Event(
                type=EventType.SESSION_RENEWAL_FAILED,
                occurred_at=datetime.now(UTC),
                session_id=SessionId(session_id),
            ),
            within=timedelta(minutes=1),
            or_type=EventType.REFRESH_TOKEN_REUSED,
        )


def add_session(engine: Engine, session_id: str) -> int:
    """Insert a user with one session; return the user's id."""
    user = "INSERT INTO user_info (username, username_key, password, fullname) VALUES (:n, :n, 'x', 'x')"
    session = (
        "INSERT INTO session (id, user_id, user_agent, address, created_at, last_used_at, expires_at,"
        " refresh_digest, refresh_expires_at) VALUES (:id, :user, '', '', :now, :now, :now, :digest, :now)"
    )
    now = datetime.now(UTC) if engine.dialect.name == "postgresql" else "2026-01-01 00:00:00.000000"
    with engine.begin() as connection:
        user_id = connection.scalar(text(f"{user} RETURNING id"), {"n": a_name()})
        connection.execute(
            text(session), {"id": session_id, "user": user_id, "now": now, "digest": session_id.encode()}
        )
    assert isinstance(user_id, int)
    return user_id
