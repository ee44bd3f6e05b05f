"""The audit trail in the database: an act and its event are stored together, and contain no secret."""

import json
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO

import httpx2
import pytest
from sqlalchemy import Connection, create_engine, insert, inspect, select, table, text
from sqlalchemy.exc import IntegrityError
from tests.builders import (
    a_digest,
    a_full_name,
    a_new_user,
    a_password_hash,
    a_registration,
    a_session,
)
from tests.harness.databases import AUDIT_COLUMNS, connect
from tests.harness.editions import size
from tests.harness.local_service import LocalService
from tests.harness.service import Client, Service
from tests.harness.sessions import a_user

from fastauth.adapters.sql import (
    Database,
    SqlPasswordRepository,
    SqlSessionRepository,
    SqlUserRepository,
)
from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.sessions.tables import session
from fastauth.adapters.system_clock import SystemClock
from fastauth.domain.accounts.user import User
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.session import Rotation

CRASHES = size(1, 3)
CLIENTS = 4
CANARY = "canary7d1e"
REFUSE = {
    "sqlite": "CREATE TRIGGER refuse BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no events'); END",
    "postgresql": "ALTER TABLE event ADD CONSTRAINT refuse CHECK (kind IS NULL) NOT VALID",
}
ADMIT = {"sqlite": "DROP TRIGGER refuse", "postgresql": "ALTER TABLE event DROP CONSTRAINT refuse"}


@contextmanager
def looking_into(database_url: str) -> Iterator[Connection]:
    """Reach the database past the service."""
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


class TestUnwritableEvent:
    @pytest.fixture
    async def database(self, database_url: str) -> AsyncIterator[Database]:
        database = connect(database_url)
        yield database
        await database.close()

    @pytest.fixture
    def users(self, database: Database) -> SqlUserRepository:
        return SqlUserRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def passwords(self, database: Database) -> SqlPasswordRepository:
        return SqlPasswordRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    @pytest.fixture
    def sessions(self, database: Database) -> SqlSessionRepository:
        return SqlSessionRepository(connections=database.autocommit, audit_columns=AUDIT_COLUMNS)

    async def add(self, passwords: SqlPasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    async def test_change_is_not_stored(
        self,
        database_url: str,
        database: Database,
        users: SqlUserRepository,
        passwords: SqlPasswordRepository,
        sessions: SqlSessionRepository,
    ) -> None:
        now = SystemClock().now()
        user = await self.add(passwords)
        begun, another = a_session(user, now=now), a_session(user, now=now)
        await sessions.add(begun, proof=PasswordProof(a_password_hash()), max_sessions=100)

        async def rotate() -> object:
            spent, until = (begun.refresh_digest,), begun.refresh_expires_at
            rotation = Rotation(presented=spent, successor=a_digest("next"), expires_at=until)
            return await sessions.rotate(begun.id, rotation, now=now)

        dialect = database.engine.dialect.name
        with looking_into(database_url) as connection:
            connection.execute(text(REFUSE[dialect]))
            before = everything(connection)
        with pytest.raises(IntegrityError):
            await self.add(passwords)
        with pytest.raises(IntegrityError):
            await users.set_full_name(user.id, a_full_name("Somebody Else"), now=now, limit=None)
        with pytest.raises(IntegrityError):
            await sessions.add(another, proof=PasswordProof(a_password_hash()), max_sessions=100)
        with pytest.raises(IntegrityError):
            await rotate()
        with looking_into(database_url) as connection:
            assert everything(connection) == before
            connection.execute(text(ADMIT[dialect]))
        assert await rotate()
        await sessions.add(another, proof=PasswordProof(a_password_hash()), max_sessions=100)


class Visitor:
    """Registers, logs in and refreshes until the service is gone, and counts what was acknowledged."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.acknowledged: Counter[str] = Counter()

    def __call__(self, enough: threading.Semaphore) -> None:
        with self.service.client() as client:
            try:
                while True:
                    self.visit(client)
                    enough.release()
            except httpx2.TransportError:
                enough.release()

    def visit(self, client: Client) -> None:
        registration = a_registration()
        assert client.post("/users/register", json=registration).status_code == 201
        self.acknowledged["user_created"] += 1
        tokens = client.log_in(registration).json()
        self.acknowledged["login_succeeded"] += 1
        for _ in range(3):
            tokens = client.refresh(tokens).json()
            self.acknowledged["session_renewed"] += 1


class TestCrash:
    def test_changes_and_events_match(self, database_url: str) -> None:
        acknowledged: Counter[str] = Counter()
        with Service(database_url) as service:
            for _ in range(CRASHES):
                visitors = [Visitor(service) for _ in range(CLIENTS)]
                enough = threading.Semaphore(0)
                with ThreadPoolExecutor(CLIENTS) as threads:
                    done = [threads.submit(visitor, enough) for visitor in visitors]
                    for _ in range(size(1, 2) * CLIENTS):
                        enough.acquire()
                    service.kill()
                for each in done:
                    each.result()
                acknowledged += sum((visitor.acknowledged for visitor in visitors), Counter())
                service.start()
        with looking_into(database_url) as connection:
            counts = Counter(connection.scalars(select(event.c.kind)).all())
            started_by = select(event.c.actor).where(event.c.kind == "signing_key_rotated")
            assert connection.scalars(started_by).all() == ["operator"]
            assert counts["user_created"] == len(set(connection.scalars(select(user_info.c.id))))
            assert ids_in(connection, "user_created", "user_id") == set(
                connection.scalars(select(user_info.c.id))
            )
            assert ids_in(connection, "login_succeeded", "session_id") == set(
                connection.scalars(select(session.c.id))
            )
            refreshed = select(session.c.id).where(session.c.spent_at.is_not(None))
            assert ids_in(connection, "session_renewed", "session_id") == set(connection.scalars(refreshed))
        del acknowledged["session_renewed"]  # recorded once a minute of a session
        in_flight = CRASHES * CLIENTS
        for kind, number in acknowledged.items():
            assert number <= counts[kind] <= number + in_flight


def ids_in(connection: Connection, kind: str, column: str) -> set[object]:
    return set(connection.scalars(select(event.c[column]).where(event.c.kind == kind)))


def everything(connection: Connection) -> dict[str, list[str]]:
    """Return what is in every table."""
    names = inspect(connection).get_table_names()
    return {
        name: sorted(map(repr, connection.execute(select(text("*")).select_from(table(name)))))
        for name in names
    }


class TestTrail:
    def test_contains_actor_address_and_no_secret(self, database_url: str, log: StringIO) -> None:
        """R44: secrets in a log, a trail or a report of errors.

        CVE-2020-15105 (django-two-factor-auth), CVE-2021-21416 (django-registration), CVE-2024-8365,
        CVE-2025-62513, CVE-2025-62705 (Vault, OpenBao); CWE-532.
        """
        proxy = {"FASTAUTH_TRUSTED_PROXIES": "127.0.0.1", "FASTAUTH_RATE_LIMITS": "on"}
        secrets = [f"{CANARY} {number}" for number in range(4)]
        registration = a_registration(username="ann", password=secrets[0])
        with LocalService(database_url, **proxy) as service, service.client() as client:
            client.headers["X-Forwarded-For"] = "2001:db8::7"
            client.post("/users/register", json=registration)
            tokens = client.log_in(registration).json()
            client.log_in(registration, password=secrets[1])
            client.log_in(registration, username=secrets[2])
            secrets += [tokens["access_token"], tokens["refresh_token"], tokens["device_token"]]
            tokens = client.refresh(tokens).json()
            secrets += [tokens["access_token"], tokens["refresh_token"]]
            assert client.change_password(tokens, secrets[1], secrets[3]).status_code == 403
            assert client.change_password(tokens, secrets[0], secrets[3]).status_code == 204
            assert client.log_out(tokens).status_code == 204
            assert client.refresh(tokens).status_code == 401
            service.run("users", "disable", "ann")
            of_ann = [
                json.loads(line) for line in service.run("audit", "--user", "ann", "--json").splitlines()
            ]
            refused = service.run("audit", "--user", secrets[2], "--json")
            shown = service.run("audit")
        assert [(entry["type"], entry["actor"], entry["address"]) for entry in of_ann] == [
            ("user_disabled", "operator", None),
            ("session_renewal_failed", "client", "2001:db8::7"),
            ("logged_out", "client", "2001:db8::7"),
            ("password_changed", "client", "2001:db8::7"),
            ("password_change_failed", "client", "2001:db8::7"),
            ("session_renewed", "client", "2001:db8::7"),
            ("login_failed", "client", "2001:db8::7"),
            ("login_succeeded", "client", "2001:db8::7"),
            ("user_created", "client", "2001:db8::7"),
        ]
        assert json.loads(refused)["type"] == "login_failed"
        with looking_into(database_url) as connection:
            dump = repr(everything(connection))
        assert "request_id" in log.getvalue()
        for output in (dump, shown, log.getvalue(), refused, json.dumps(of_ann)):
            assert [secret for secret in secrets if secret in output] == []

    def test_no_addresses_without_retention(self, database_url: str) -> None:
        settings = {"FASTAUTH_AUDIT_ADDRESS_RETENTION_DAYS": "0"}
        with LocalService(database_url, **settings) as service, service.client() as client:
            a_user(client)
        with looking_into(database_url) as connection:
            found = connection.execute(select(event.c.kind, event.c.actor, event.c.address)).all()
        assert found == [("signing_key_rotated", "system", None), ("user_created", "client", None)]

    def test_control_characters_of_migrated_names_are_escaped(self, database_url: str) -> None:
        with LocalService(database_url) as service:
            name = "\x1b[31m[bold]ann\r\n\u202e"
            with looking_into(database_url) as connection:
                connection.execute(
                    insert(user_info).values(username=name, username_key=f" {name}", password="", fullname="")
                )
            service.run("users", "disable", name)
            shown = service.run("audit", "--type", "user_disabled")
        assert r"\x1b[31m[bold]ann\r\n\u202e" in shown
        assert not {"\x1b", "\r", "\u202e"} & set(shown)
