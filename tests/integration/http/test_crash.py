"""Sessions while the service or the database is killed or cannot write."""

import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

import httpx2
import pytest
from dependency_injector.providers import Object
from sqlalchemy import Connection, Engine, event, select, text
from tests.harness.editions import IS_THOROUGH, size
from tests.harness.local_service import LocalService
from tests.harness.postgres import PostgresServer
from tests.harness.processes import all_at_once, wait_until
from tests.harness.service import DEADLINE, START_DEADLINE, Client, Service, is_unavailable
from tests.harness.sessions import (
    NO_GRACE,
    SHARED,
    TokenPair,
    a_user,
    engine_of,
    is_active,
    logged_in,
    session_id_of,
    started_at_once,
)

from fastauth.adapters.sql import DEADLINE as DATABASE_DEADLINE
from fastauth.adapters.sql.sessions.tables import session


class RefreshLoad:
    """Clients who refresh with each token they get, and with the same one until it is answered."""

    CLIENTS = 8

    def __init__(self, service: Service) -> None:
        self._service = service
        self._over = threading.Event()
        self._progress = threading.Condition()
        self.answers: Counter[int] = Counter()
        self.cut_off = 0
        self.successors: defaultdict[str, set[str]] = defaultdict(set)
        self.unlike_promised: list[httpx2.Response] = []
        self.last: list[TokenPair] = []

    def wait_for(self, status: int, more: int) -> None:
        """Return once that many more answers have this status."""
        with self._progress:
            enough = self.answers[status] + more
            assert self._progress.wait_for(lambda: self.answers[status] >= enough, timeout=START_DEADLINE), (
                self.answers
            )

    def stop(self) -> None:
        self._over.set()

    def run(self, user: Mapping[str, str], tokens: TokenPair) -> None:
        with self._service.client() as client:
            while not self._over.is_set():
                answer = self._answered(client.refresh, tokens)
                self._note(tokens, answer)
                if answer.status_code == 200:
                    tokens = answer.json()
                elif answer.status_code == 401:
                    self._see_it_ended(client, tokens)
                    tokens = self._answered(client.log_in, user).json()
                elif answer.status_code == 503:
                    self._over.wait(0.02)
            self.last.append(tokens)

    def _answered(
        self, ask: Callable[[Mapping[str, str]], httpx2.Response], what: TokenPair
    ) -> httpx2.Response:
        while True:
            try:
                return ask(what)
            except httpx2.TransportError:
                with self._progress:
                    self.cut_off += 1
                self._over.wait(0.1)  # the service is away: attempts would only delay its start

    def _see_it_ended(self, client: Client, tokens: TokenPair) -> None:
        for ask in (client.refresh, client.me):
            assert self._answered(ask, tokens).status_code == 401

    def _note(self, presented: TokenPair, answer: httpx2.Response) -> None:
        with self._progress:
            self.answers[answer.status_code] += 1
            if answer.status_code == 200:
                self.successors[presented["refresh_token"]].add(answer.json()["refresh_token"])
            elif answer.status_code != 401 and not is_unavailable(answer):
                self.unlike_promised.append(answer)
            self._progress.notify_all()


@contextmanager
def refresh_load(service: Service) -> Iterator[RefreshLoad]:
    load = RefreshLoad(service)
    with service.client() as client:
        users = [a_user(client) for _ in range(load.CLIENTS)]
        tokens = [logged_in(client, user) for user in users]
    with ThreadPoolExecutor(load.CLIENTS) as threads:
        running = [threads.submit(load.run, *each) for each in zip(users, tokens, strict=True)]
        try:
            yield load
        finally:
            load.stop()
            for each in running:
                each.result()


EVERY_CRASH = [
    ("postgres", "grace"),
    ("sqlite", "no grace"),
    *([("postgres", "no grace"), ("sqlite", "grace")] if IS_THOROUGH else []),
]
GRACES: dict[str, dict[str, str]] = {"grace": {}, "no grace": NO_GRACE}
REFRESHES = size(20, 50)
"""Answers between two crashes."""


class TestRefreshDuringCrash:
    """The service is killed while it refreshes."""

    KILLS = size(1, 2)

    @pytest.mark.parametrize(("backend", "grace"), EVERY_CRASH)
    def test_sigkill_loses_no_session_and_forks_none(
        self, request: pytest.FixtureRequest, backend: str, grace: str
    ) -> None:
        """R52: a rotation forks, or a successor survives the end of its family.

        GHSA-392p-2q2v-4372 (better-auth); CWE-362.
        """
        url: str = request.getfixturevalue(f"{backend}_url")
        with Service(url, **SHARED, **GRACES[grace]) as service, service.client() as client:
            with refresh_load(service) as load:
                for _ in range(self.KILLS):
                    load.wait_for(200, more=REFRESHES)
                    service.kill()
                    service.start()
                load.wait_for(200, more=REFRESHES)
            assert load.cut_off > 0
            assert load.unlike_promised == []
            assert {len(given) for given in load.successors.values()} == {1}
            if grace == "grace":
                assert load.answers[401] == 0
            assert [is_active(client, tokens) for tokens in load.last] == [True] * load.CLIENTS

    def test_replay_after_lost_response(self, postgres_url: str) -> None:
        """With a grace period it returns the same successor; without one the session ends."""
        with (
            engine_of(postgres_url) as engine,
            started_at_once(
                *(Service(postgres_url, **SHARED, **each) for each in GRACES.values())
            ) as services,
            ExitStack() as stack,
            ThreadPoolExecutor() as threads,
        ):
            clients = [stack.enter_context(service.client()) for service in services]
            given = [logged_in(client, a_user(client)) for client in clients]
            with held_refreshes(engine) as held:
                lost = [
                    threads.submit(client.refresh, each) for client, each in zip(clients, given, strict=True)
                ]
                wait_until(lambda: held() == len(lost), "a refresh is not held", deadline=DEADLINE)
                for service in services:
                    service.kill()
                assert all(isinstance(each.exception(DEADLINE), httpx2.TransportError) for each in lost)
            for tokens, (grace, settings) in zip(given, GRACES.items(), strict=True):
                # The service was killed, and yet PostgreSQL completes the statement.
                wait_until(partial(is_spent, engine, tokens), "the token is not spent", deadline=DEADLINE)
                with LocalService(postgres_url, **SHARED, **settings) as again, again.client() as client:
                    answer = client.refresh(tokens)
                    assert answer.status_code == (200 if grace == "grace" else 401)
                    successor = answer.json() if grace == "grace" else tokens
                    assert is_active(client, successor) is (grace == "grace")


@contextmanager
def held_refreshes(engine: Engine) -> Iterator[Callable[[], int]]:
    """Hold every refresh on PostgreSQL at the end of its statement; return how many are held."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(4711)"))
        hold = "BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END"
        connection.execute(text(f"CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS '{hold}'"))
        after = "AFTER UPDATE OF refresh_digest ON session FOR EACH ROW"
        connection.execute(text(f"CREATE TRIGGER hold {after} EXECUTE FUNCTION hold()"))
        waiting = text(
            "SELECT count(*) FROM pg_locks WHERE objid = 4711 AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        try:
            yield lambda: connection.scalar(waiting) or 0
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(4711)"))


def is_spent(engine: Engine, tokens: TokenPair) -> bool:
    with engine.connect() as connection:
        spent_at = select(session.c.spent_at).where(session.c.id == session_id_of(tokens))
        return connection.scalar(spent_at) is not None


class TestDatabaseOutage:
    def test_refresh_is_503_and_sessions_survive(self, mortal_postgres: PostgresServer) -> None:
        hasty = {"database_deadline": Object(DATABASE_DEADLINE)}
        with LocalService(mortal_postgres.url, hasty, **SHARED) as service, service.client() as client:
            user = a_user(client)
            tokens = logged_in(client, user)
            mortal_postgres.kill()
            for answer in everything_asked(client, user, tokens):
                assert is_unavailable(answer)
            mortal_postgres.start()
            assert is_active(client, tokens)

    def test_database_crash_under_load_loses_no_session(self, mortal_postgres: PostgresServer) -> None:
        with Service(mortal_postgres.url, **SHARED) as service, service.client() as client:
            with refresh_load(service) as load:
                for _ in range(size(1, 2)):
                    load.wait_for(200, more=REFRESHES)
                    mortal_postgres.kill()
                    load.wait_for(503, more=10)
                    mortal_postgres.start()
                load.wait_for(200, more=REFRESHES)
            assert load.unlike_promised == []
            assert load.answers[401] == 0
            assert {len(given) for given in load.successors.values()} == {1}
            assert [is_active(client, tokens) for tokens in load.last] == [True] * load.CLIENTS

    def test_log_out_is_503(self, unwritable_database: "UnwritableDatabase") -> None:
        """R38 (CVE-2020-15223 (fosite); CWE-390): a revocation that failed is answered as done."""
        url = unwritable_database.url
        with (
            LocalService(url, **SHARED) as service,
            LocalService(url, {"database_deadline": Object(0.3)}, **SHARED) as hasty,
            service.client() as client,
            hasty.client() as hasty_client,
        ):
            wait_briefly_for_locks(hasty)
            user = a_user(client)
            tokens = logged_in(client, user)
            with unwritable_database.is_so():
                asked = [
                    lambda: hasty_client.log_out(tokens),
                    lambda: hasty_client.log_out(tokens, f"/{session_id_of(tokens)}"),
                    lambda: hasty_client.log_out(tokens, ""),
                    lambda: hasty_client.refresh(tokens),
                    lambda: hasty_client.log_in(user),
                    lambda: hasty_client.change_password(tokens, user["password"], "another"),
                ]
                for answer in all_at_once(asked):
                    assert is_unavailable(answer)
                assert client.me(tokens).status_code == 200
            assert is_active(client, tokens)
            assert client.log_in(user).status_code == 201


def wait_briefly_for_locks(service: LocalService) -> None:
    """Give up after 100 ms where SQLite would wait 5 s for another writer."""
    database = service.container.database()
    if database.is_sqlite:
        pool = database.engine.sync_engine.pool
        event.listen(pool, "checkout", lambda line, *_: line.execute("PRAGMA busy_timeout = 100"))


def everything_asked(client: Client, user: Mapping[str, str], tokens: TokenPair) -> list[httpx2.Response]:
    return [
        client.refresh(tokens),
        client.log_in(user),
        client.me(tokens),
        client.sessions(tokens),
        client.change_password(tokens, user["password"], "another"),
        client.log_out(tokens),
        client.log_out(tokens, f"/{session_id_of(tokens)}"),
        client.log_out(tokens, ""),
    ]


class UnwritableDatabase:
    """A database that can be read and, for a time, not written."""

    def __init__(self, url: str, is_so: Callable[[], AbstractContextManager[None]]) -> None:
        self.url = url
        self.is_so = is_so


@pytest.fixture(params=["sqlite", "postgres"])
def unwritable_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[UnwritableDatabase]:
    if request.param == "sqlite":
        path = tmp_path / "unwritable.db"

        @contextmanager
        def locked() -> Iterator[None]:
            """Write for longer than any request waits."""
            writer = sqlite3.connect(path, isolation_level=None)
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                writer.close()

        yield UnwritableDatabase(f"sqlite:///{path}", locked)
        return

    server: PostgresServer = request.getfixturevalue("mortal_postgres")

    @contextmanager
    def read_only() -> Iterator[None]:
        """Make the server read-only, as a primary becomes when another takes over."""
        observer.execute(text("ALTER SYSTEM SET default_transaction_read_only = on"))
        reload_settings(observer, expected="on")
        yield
        observer.execute(text("ALTER SYSTEM RESET default_transaction_read_only"))
        reload_settings(observer, expected="off")

    # PostgreSQL signals its oldest connection last: once this one has the setting, all others have it.
    with (
        engine_of(server.url) as engine,
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as observer,
    ):
        yield UnwritableDatabase(server.url, read_only)


def reload_settings(connection: Connection, *, expected: str) -> None:
    connection.execute(text("SELECT pg_reload_conf()"))
    setting = text("SHOW default_transaction_read_only")
    wait_until(lambda: connection.scalar(setting) == expected, f"not {expected}", deadline=DEADLINE)
