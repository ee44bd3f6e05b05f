"""Sessions under races, crashes and outages, on SQLite and on Postgres, over real HTTP."""

import asyncio
import json
import sqlite3
import threading
from base64 import urlsafe_b64decode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest
from sqlalchemy import Connection, Engine, create_engine, make_url, select, text
from tests.builders import a_registration
from tests.harness.databases import postgres_schema
from tests.harness.postgres import PostgresServer
from tests.harness.processes import all_at_once, wait_until
from tests.harness.service import DEADLINE, NO_TLS, Client, Service, is_unavailable

from fastauth.adapters.sql.events.tables import event
from fastauth.adapters.sql.sessions.tables import session
from fastauth.adapters.sql.signing_keys.tables import signing_key
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down

CLIENTS = 64
ROUNDS = 8  # of 64 clients each
RACES = 8  # of one act against four clients
SHARED = {"FASTAUTH_SECRET_KEY": "what all processes of one installation share"}
NO_GRACE = {"FASTAUTH_REFRESH_GRACE_SECONDS": "0"}

TokenPair = Mapping[str, str]
Result = TypeVar("Result")


@contextmanager
def two_services(database_url: str, **settings: str) -> Iterator[list[Service]]:
    """Start two services on one database at the same moment."""
    with ExitStack() as stack:
        several = [Service(database_url, **SHARED, **settings) for _ in range(2)]
        for service in several:
            stack.push(service)
        all_at_once([service.start for service in several])
        yield several


@contextmanager
def engine_of(database_url: str) -> Iterator[Engine]:
    """Look into the database past the service."""
    engine = create_engine(database_url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with service.client() as client:
        yield client


def refreshed_at_once(several: list[Service], tokens: TokenPair) -> list[httpx2.Response]:
    """Refresh with one token from many clients, spread over the services, all connected before."""

    async def refreshed() -> list[httpx2.Response]:
        share = CLIENTS // len(several)
        limits = httpx2.Limits(max_connections=share, max_keepalive_connections=share)
        clients = [
            httpx2.AsyncClient(base_url=service.url, timeout=DEADLINE, limits=limits, verify=NO_TLS)
            for service in several
        ]
        everybody = clients * share
        body = {"refresh_token": tokens["refresh_token"]}
        try:
            await asyncio.gather(*(client.get("/ping") for client in everybody))
            return await asyncio.gather(
                *(client.post("/sessions/refresh", json=body) for client in everybody)
            )
        finally:
            for client in clients:
                await client.aclose()

    return asyncio.run(refreshed())


def a_user(client: Client) -> dict[str, str]:
    registration = a_registration()
    assert client.post("/users/register", json=registration).status_code == 201
    return registration


def logged_in(client: Client, user: Mapping[str, str], **changes: str) -> TokenPair:
    return tokens_of(client.log_in(user, **changes))


def tokens_of(response: httpx2.Response) -> TokenPair:
    assert response.status_code in {200, 201}, response.text
    tokens: TokenPair = response.json()
    return tokens


def session_id_of(tokens: TokenPair) -> str:
    payload = tokens["access_token"].split(".")[1]
    session_id: str = json.loads(urlsafe_b64decode(payload + "=="))["sid"]
    return session_id


def is_active(client: Client, tokens: TokenPair) -> bool:
    """Say whether an access token and a refresh token are both good; they never differ in that."""
    statuses = client.me(tokens).status_code, client.refresh(tokens).status_code
    assert statuses in {(200, 200), (401, 401)}
    return statuses == (200, 200)


class TestRefreshRace:
    """64 clients of two processes refresh with one token."""

    def test_has_one_winner_without_grace_and_ends_the_session(self, empty_database_url: str) -> None:
        """R14 (CVE-2026-1035 (Keycloak); CWE-367): parallel refreshes of one token give several."""
        with (
            engine_of(empty_database_url) as engine,
            two_services(empty_database_url, **NO_GRACE) as (one, other),
            one.client() as client,
            other.client() as other_client,
        ):
            user = a_user(client)
            for _ in range(ROUNDS):
                tokens = logged_in(client, user)
                answers = refreshed_at_once([one, other], tokens)
                assert sorted(answer.status_code for answer in answers) == [200] + [401] * (CLIENTS - 1)
                [successor] = [answer.json() for answer in answers if answer.status_code == 200]
                assert successor["refresh_token"] != tokens["refresh_token"]
                for each in (client, other_client):
                    assert not is_active(each, successor)
                assert events_of(engine, tokens) == [
                    "login_succeeded",
                    "session_renewed",
                    "refresh_token_reused",
                ]

    def test_gives_everybody_the_same_successor_within_the_grace(self, empty_database_url: str) -> None:
        with (
            engine_of(empty_database_url) as engine,
            two_services(empty_database_url) as (one, other),
            one.client() as client,
            other.client() as other_client,
        ):
            tokens = logged_in(client, a_user(client))
            for _ in range(ROUNDS):
                answers = refreshed_at_once([one, other], tokens)
                assert Counter(answer.status_code for answer in answers) == {200: CLIENTS}
                assert len({answer.json()["refresh_token"] for answer in answers}) == 1
                tokens = answers[0].json()
            assert is_active(other_client, tokens)
            first, *others = events_of(engine, tokens)
            assert (first, set(others)) == ("login_succeeded", {"session_renewed"})  # recorded once a minute


def events_of(engine: Engine, tokens: TokenPair) -> list[str]:
    with engine.connect() as connection:
        kinds = select(event.c.kind).where(event.c.session_id == session_id_of(tokens)).order_by(event.c.id)
        return list(connection.scalars(kinds))


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
            assert self._progress.wait_for(lambda: self.answers[status] >= enough, timeout=30), self.answers

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
                self._over.wait(0.01)  # the service is away: do not spin

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


class TestCrash:
    """The service is killed while it refreshes."""

    KILLS = 2

    @pytest.mark.parametrize("settings", [{}, NO_GRACE], ids=["grace", "no-grace"])
    def test_costs_nobody_a_session_within_the_grace_and_never_mints_two(
        self, empty_database_url: str, settings: dict[str, str]
    ) -> None:
        """R52: a rotation forks, or a successor survives the end of its family.

        GHSA-392p-2q2v-4372 (better-auth); CWE-362.
        """
        with Service(empty_database_url, **SHARED, **settings) as service, service.client() as client:
            with refresh_load(service) as load:
                for _ in range(self.KILLS):
                    load.wait_for(200, more=50)
                    service.kill()
                    service.start()
                load.wait_for(200, more=50)
            assert load.cut_off > 0
            assert load.unlike_promised == []
            assert {len(given) for given in load.successors.values()} == {1}
            if not settings:
                assert load.answers[401] == 0
            assert [is_active(client, tokens) for tokens in load.last] == [True] * load.CLIENTS

    @pytest.mark.parametrize(("settings", "status"), [({}, 200), (NO_GRACE, 401)], ids=["grace", "no-grace"])
    def test_between_statement_and_answer_is_made_good_within_the_grace_and_logs_out_without(
        self, postgres: PostgresServer, settings: dict[str, str], status: int
    ) -> None:
        with (
            postgres_schema(postgres) as url,
            engine_of(url) as engine,
            Service(url, **SHARED, **settings) as service,
            service.client() as client,
            ThreadPoolExecutor() as threads,
        ):
            tokens = logged_in(client, a_user(client))
            with held_refreshes(engine) as is_held:
                answer = threads.submit(client.refresh, tokens)
                wait_until(is_held, "no refresh is held", deadline=DEADLINE)
                service.kill()
                assert isinstance(answer.exception(DEADLINE), httpx2.TransportError)
            # Nobody is there to be told, and yet the statement comes to its end.
            wait_until(lambda: spent(engine, tokens), "the token is not spent", deadline=DEADLINE)
            service.start()
            again = client.refresh(tokens)
            assert again.status_code == status
            assert is_active(client, tokens if status == 401 else again.json()) is (status == 200)


@contextmanager
def held_refreshes(engine: Engine) -> Iterator[Callable[[], bool]]:
    """Hold every refresh on Postgres at the end of its statement; say whether one is there."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(4711)"))
        hold = "BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END"
        connection.execute(text(f"CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS '{hold}'"))
        after = "AFTER UPDATE OF refresh_digest ON session FOR EACH ROW"
        connection.execute(text(f"CREATE TRIGGER hold {after} EXECUTE FUNCTION hold()"))
        waiting = text("SELECT true FROM pg_locks WHERE objid = 4711 AND NOT granted")
        try:
            yield lambda: connection.scalar(waiting) is not None
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(4711)"))


def spent(engine: Engine, tokens: TokenPair) -> bool:
    with engine.connect() as connection:
        spent_at = select(session.c.spent_at).where(session.c.id == session_id_of(tokens))
        return connection.scalar(spent_at) is not None


class TestRevocation:
    def test_outlives_a_crash(self, empty_database_url: str) -> None:
        """R15 (CVE-2026-9802 (Keycloak); CWE-613): a revoked token lives again after a restart.

        R56 (CVE-2026-9802 (Keycloak), keycloak #51127; CWE-613): an ended session comes back from a
        cache.
        """
        with Service(empty_database_url, **SHARED) as service, service.client() as client:
            ways = ["here", "there", "everywhere", "by a new password", "by the operator"]
            users = {way: a_user(client) for way in ways}
            revoked = {way: logged_in(client, user) for way, user in users.items()}
            kept = {way: logged_in(client, users[way]) for way in ("here", "there", "by a new password")}

            assert client.log_out(revoked["here"]).status_code == 204
            there = f"/{session_id_of(revoked['there'])}"
            assert client.log_out(kept["there"], there).status_code == 204
            assert client.log_out(revoked["everywhere"], "").status_code == 204
            way = "by a new password"
            assert client.change_password(kept[way], users[way]["password"], "another").status_code == 204
            service.run("users", "disable", users["by the operator"]["username"])

            service.kill()
            service.start()
            assert [way for way, tokens in revoked.items() if is_active(client, tokens)] == []
            assert all(is_active(client, tokens) for tokens in kept.values())

    def test_of_an_account_outlives_its_being_opened_again(self, service: Service, client: Client) -> None:
        settings = Settings(database_url=make_url(service.database_url))
        user = a_user(client)
        tokens = logged_in(client, user)
        asyncio.run(disable(user["username"], settings))
        assert client.log_in(user).status_code == 401
        asyncio.run(enable(user["username"], settings))
        assert not is_active(client, tokens)
        assert is_active(client, logged_in(client, user))


class TestTwoServices:
    def test_share_sessions_and_keys_from_the_first_second(self, empty_database_url: str) -> None:
        with (
            engine_of(empty_database_url) as engine,
            two_services(empty_database_url) as (one, other),
            one.client() as client,
            other.client() as other_client,
        ):
            user = a_user(client)
            tokens = logged_in(client, user)
            assert other_client.me(tokens).json()["username"] == user["username"]
            tokens = tokens_of(other_client.refresh(tokens))
            assert client.me(tokens).status_code == 200
            assert client.log_out(tokens).status_code == 204
            assert not is_active(other_client, tokens)

            with engine.connect() as connection:
                [kid] = connection.scalars(select(signing_key.c.kid))
            for each in (client, other_client):
                assert [key["kid"] for key in each.get("/.well-known/jwks.json").json()["keys"]] == [kid]


class TestDatabaseOutage:
    def test_is_told_and_costs_nobody_a_session(self, mortal_postgres: PostgresServer) -> None:
        with Service(mortal_postgres.url, **SHARED) as service, service.client() as client:
            user = a_user(client)
            tokens = logged_in(client, user)
            mortal_postgres.kill()
            for answer in everything_asked(client, user, tokens):
                assert is_unavailable(answer)
            mortal_postgres.start()
            assert is_active(client, tokens)

    def test_in_the_middle_of_everything_costs_nobody_a_session(
        self, mortal_postgres: PostgresServer
    ) -> None:
        with Service(mortal_postgres.url, **SHARED) as service, service.client() as client:
            with refresh_load(service) as load:
                for _ in range(2):
                    load.wait_for(200, more=50)
                    mortal_postgres.kill()
                    load.wait_for(503, more=10)
                    mortal_postgres.start()
                load.wait_for(200, more=50)
            assert load.unlike_promised == []
            assert load.answers[401] == 0
            assert {len(given) for given in load.successors.values()} == {1}
            assert [is_active(client, tokens) for tokens in load.last] == [True] * load.CLIENTS

    def test_never_passes_for_a_log_out(self, unwritable_database: "UnwritableDatabase") -> None:
        """R38 (CVE-2020-15223 (fosite); CWE-390): a revocation that failed is answered as done."""
        with Service(unwritable_database.url, **SHARED) as service, service.client() as client:
            user = a_user(client)
            tokens = logged_in(client, user)
            with unwritable_database.is_so():
                asked = [
                    lambda: client.log_out(tokens),
                    lambda: client.log_out(tokens, f"/{session_id_of(tokens)}"),
                    lambda: client.log_out(tokens, ""),
                    lambda: client.refresh(tokens),
                    lambda: client.log_in(user),
                    lambda: client.change_password(tokens, user["password"], "another"),
                ]
                for answer in all_at_once(asked):
                    assert is_unavailable(answer)
                assert client.me(tokens).status_code == 200
            assert is_active(client, tokens)
            assert client.log_in(user).status_code == 201


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
def unwritable_database(request: pytest.FixtureRequest, tmp_path: Path) -> UnwritableDatabase:
    if request.param == "sqlite":
        path = tmp_path / "unwritable.db"

        @contextmanager
        def locked() -> Iterator[None]:
            """Write for longer than anybody waits."""
            writer = sqlite3.connect(path, isolation_level=None)
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                writer.close()

        return UnwritableDatabase(f"sqlite:///{path}", locked)

    server: PostgresServer = request.getfixturevalue("mortal_postgres")

    @contextmanager
    def read_only() -> Iterator[None]:
        """Be what a primary becomes when another takes over."""
        with engine_of(server.url) as engine:
            autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
            with autocommit.connect() as connection:
                connection.execute(text("ALTER SYSTEM SET default_transaction_read_only = on"))
                reload_settings(connection, expected="on")
                yield
                connection.execute(text("ALTER SYSTEM RESET default_transaction_read_only"))
                reload_settings(connection, expected="off")

    return UnwritableDatabase(server.url, read_only)


def reload_settings(connection: Connection, *, expected: str) -> None:
    connection.execute(text("SELECT pg_reload_conf()"))
    setting = text("SHOW default_transaction_read_only")
    wait_until(lambda: connection.scalar(setting) == expected, f"not {expected}", deadline=DEADLINE)


class TestPasswordChange:
    def test_ends_every_other_session_and_keeps_the_one_that_asks(self, client: Client) -> None:
        user = a_user(client)
        asking, other, third = (logged_in(client, user) for _ in range(3))
        assert client.change_password(asking, user["password"], "another").status_code == 204
        assert [is_active(client, tokens) for tokens in (asking, other, third)] == [True, False, False]
        assert client.log_in(user).status_code == 401
        assert client.log_in(user, password="another").status_code == 201

    def test_changes_nothing_for_a_wrong_password(self, client: Client) -> None:
        user = a_user(client)
        asking, other = logged_in(client, user), logged_in(client, user)
        answer = client.change_password(asking, "wrong", "another")
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
        assert client.log_in(user, password="another").status_code == 401
        assert client.log_in(user).status_code == 201
        assert [is_active(client, tokens) for tokens in (asking, other)] == [True, True]

    def test_holds_the_new_password_to_the_rules(self, empty_database_url: str) -> None:
        strict = {"FASTAUTH_PASSWORD_MIN_LENGTH": "8", "FASTAUTH_PASSWORD_BLOCKLIST": "true"}
        with Service(empty_database_url, **SHARED, **strict) as service, service.client() as client:
            user = a_registration(password="zwei Tassen Tee")
            assert service.register(user).status_code == 201
            asking, other = logged_in(client, user), logged_in(client, user)
            for new, code in {
                "": "empty",
                "short": "too_short",
                "p" * 257: "too_long",
                "password123": "breached_or_common",
                f"{user['username']}!": "contains_user_data",
            }.items():
                answer = client.change_password(asking, user["password"], new)
                assert answer.status_code == 422
                assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
                    ("/new_password", code)
                ]
            assert [is_active(client, tokens) for tokens in (asking, other)] == [True, True]

    def test_leaves_nobody_in_who_came_with_the_old_password(self, service: Service, client: Client) -> None:
        for _ in range(RACES):
            user = a_user(client)
            owner = logged_in(client, user)
            change = partial(client.change_password, owner, user["password"], "another")
            changed, came = meanwhile(change, service, user)
            assert changed.status_code == 204
            assert {each.status_code for each in came} <= {201, 401}
            for each in came:
                assert each.status_code == 401 or not is_active(client, each.json())
            assert is_active(client, owner)


class TestDisabling:
    def test_leaves_nobody_in_who_comes_meanwhile(self, service: Service, client: Client) -> None:
        settings = Settings(database_url=make_url(service.database_url))
        for _ in range(RACES):
            user = a_user(client)
            inside = logged_in(client, user)
            _, came = meanwhile(
                partial(asyncio.run, disable(user["username"], settings)), service, user, inside
            )
            assert {each.status_code for each in came} <= {200, 201, 401}
            for each in came:
                assert each.status_code == 401 or not is_active(client, each.json())
            assert not is_active(client, inside)


async def disable(name: str, settings: Settings) -> None:
    container = Container(settings=settings)
    await container.disable_user()(username=name)
    await shut_down(container)


async def enable(name: str, settings: Settings) -> None:
    container = Container(settings=settings)
    await container.enable_user()(username=name)
    await shut_down(container)


def meanwhile(
    act: Callable[[], Result], service: Service, user: Mapping[str, str], inside: TokenPair | None = None
) -> tuple[Result, list[httpx2.Response]]:
    """Act while many clients log in, and refresh what is inside; return what came of both."""
    clients = 4
    together, over = threading.Barrier(clients + 1), threading.Event()

    def come() -> list[httpx2.Response]:
        answers: list[httpx2.Response] = []
        with service.client() as client:
            client.get("/ping")
            together.wait(DEADLINE)
            while not over.is_set():
                answers.append(client.log_in(user))
                answers.extend([client.refresh(inside)] if inside else [])
        return answers

    with ThreadPoolExecutor(clients) as threads:
        coming = [threads.submit(come) for _ in range(clients)]
        together.wait(DEADLINE)
        try:
            result = act()
        finally:
            over.set()
        return result, [answer for each in coming for answer in each.result()]
