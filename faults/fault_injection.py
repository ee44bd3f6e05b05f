"""Whatever can fail is made to fail, one after the other (F19).

One life of an account, from registration to theft of a refresh token, is lived again and again. In
the n-th life the n-th thing fails that is asked of a port, or of the database; once before it was
done, once after, so that only the answer is lost. A step that is refused is repeated, as a client
would. The loop ends with the life in which nothing was left to fail.
"""

import inspect
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, groupby
from typing import Any

import httpx2
import psycopg
from faults.outcome import Outcome, backend_of
from sqlalchemy import event, make_url, select
from sqlalchemy.engine.interfaces import DBAPICursor
from tests.builders import a_registration
from tests.fakes.clock import FakeClock

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.events.tables import event as event_table
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.passwords.errors import HashingOverloaded
from fastauth.domain.rate_limits.limits import Limits
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.startup import shut_down, start_up

NEW_PASSWORD, NEW_NAME = "another password", "Somebody Else"


class Injector:
    """Has the n-th of all acts fail that it is asked about, before or after it was done."""

    def __init__(self, *, after: bool) -> None:
        self._after = after
        self.arm(0)

    def arm(self, nth: int) -> None:
        """Begin to count anew."""
        self._left = nth
        self.struck = ""
        self.code = ""
        """What the client has to be told."""

    def strikes(self, act: str, code: str, *, after: bool) -> bool:
        """Say whether this is where it fails."""
        self._left -= after == self._after
        if self._left or self.struck or after != self._after:
            return False
        self.struck, self.code = act, code
        return True


class FaultyPort:
    """A port, each of whose acts may fail as its contract allows, or as nobody thought of."""

    def __init__(self, port: object, injector: Injector, *, error: type[Exception]) -> None:
        self._port = port
        self._injector = injector
        self._error = error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the port has by this name
        act = getattr(self._port, name)
        told = f"{type(self._port).__name__}.{name}"
        if not callable(act):
            return FaultyPort(act, self._injector, error=self._error)

        def may_fail(*, after: bool) -> None:
            if self._injector.strikes(told, getattr(self._error, "code", "internal_error"), after=after):
                raise self._error

        @asynccontextmanager
        async def transaction(*arguments: object, **named: object) -> AsyncIterator[object]:
            may_fail(after=False)
            async with act(*arguments, **named) as begun:
                yield FaultyPort(begun, self._injector, error=self._error)

        async def later(*arguments: object, **named: object) -> object:
            may_fail(after=False)
            result = await act(*arguments, **named)
            may_fail(after=True)
            return result

        def at_once(*arguments: object, **named: object) -> object:
            may_fail(after=False)
            result = act(*arguments, **named)
            may_fail(after=True)
            return result

        if name == "begin":
            return transaction
        return later if inspect.iscoroutinefunction(act) else at_once


EXPECTED_EVENTS = [
    EventType.USER_CREATED,
    EventType.LOGIN_SUCCEEDED,
    EventType.FULL_NAME_CHANGED,
    EventType.SESSION_RENEWED,
    EventType.PASSWORD_CHANGED,
    EventType.LOGIN_SUCCEEDED,
    EventType.LOGGED_OUT,
    EventType.REFRESH_TOKEN_REUSED,
]
"""What a life leaves in the audit trail. What was done and is repeated may be told twice."""

PORTS: dict[str, type[Exception]] = {
    "users": StorageUnavailable,
    "sessions": StorageUnavailable,
    "signing_keys": StorageUnavailable,
    "tallies": StorageUnavailable,
    "events": StorageUnavailable,
    "unit_of_work": StorageUnavailable,
    "hasher": HashingOverloaded,
    "usernames": RuntimeError,
    "access_tokens": RuntimeError,
    "clock": RuntimeError,
}
"""The ports that requests reach, and how each may fail."""


def _sabotage_ports(plain: Container, injector: Injector) -> Container:
    faulty = {
        name: FaultyPort(getattr(plain, name)(), injector, error=error) for name, error in PORTS.items()
    }
    return Container(settings=plain.settings(), database=plain.database(), **faulty)


def _sabotage_statements(plain: Container, injector: Injector) -> Container:
    engine = plain.database().engine.sync_engine
    error = sqlite3.OperationalError if plain.database().is_sqlite else psycopg.OperationalError
    commit = engine.dialect.do_commit

    def perhaps_fail(statement: str, act: Callable[[], object]) -> None:
        for after in (False, True):
            if injector.strikes(statement, StorageUnavailable.code, after=after):
                raise error
            if not after:
                act()

    def execute(cursor: DBAPICursor, statement: str, parameters: Any, _context: object) -> bool:  # noqa: ANN401  as the driver takes them
        perhaps_fail(statement, lambda: cursor.execute(statement, parameters))
        return True  # it is done: SQLAlchemy need not

    event.listen(engine, "do_execute", execute)
    # SQLAlchemy has no event that could fail once a commit is done.
    engine.dialect.do_commit = lambda dbapi_connection: perhaps_fail(  # type: ignore[method-assign]
        "COMMIT", lambda: commit(dbapi_connection)
    )
    return plain


TARGETS = {"ports": _sabotage_ports, "statements": _sabotage_statements}


async def each_fails(what: str, database_url: str, *, after: bool) -> Outcome:
    """Have each act of `what` fail, before it was done or after."""
    how = "is done and fails" if after else "fails"
    outcome = Outcome(f"each call of the {what} {how}, {backend_of(database_url)}")
    injector = Injector(after=after)
    settings = Settings(
        database_url=make_url(database_url), argon2_memory_kib=64, argon2_time_cost=1, rate_limits=True
    )
    clock = FakeClock()
    plain = Container(settings=settings, clock=clock)
    await start_up(plain)
    try:
        transport = httpx2.ASGITransport(create_app(TARGETS[what](plain, injector)))
        async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
            for nth in count(1):
                injector.arm(nth)
                life = Life(client, clock, injector)
                await life.live()
                if not injector.struck:
                    break
                struck = injector.struck
                injector.arm(0)
                in_doubt = life.repeated_log_ins if after else 0
                wrong = life.unexpected_responses + await life.left_behind(plain, in_doubt=in_doubt)
                outcome.injected += 1
                outcome.survived += not wrong
                outcome.unexpected_responses += [f"{struck}: {each}" for each in wrong]
    finally:
        await shut_down(plain)
    return outcome


@dataclass
class ExpectedResponse:
    """How a step may be answered when it is repeated after a fault, besides as it should be."""

    status: int
    when_repeated: tuple[int, ...] = ()


class Life:
    """What one client does, step by step."""

    def __init__(self, client: httpx2.AsyncClient, clock: FakeClock, injector: Injector) -> None:
        self._client = client
        self._injector = injector
        self._clock = clock
        self.person = a_registration()
        self.unexpected_responses: list[str] = []
        self.repeated_log_ins = 0

    async def live(self) -> None:
        """Live it from beginning to end."""
        name, password = self.person["username"], self.person["password"]
        await self._step("POST", "/users/register", self.person, ExpectedResponse(201, (409,)))
        first = await self._log_in(name, password)
        await self._step("GET", "/users/me", None, ExpectedResponse(200), first)
        await self._step("GET", "/sessions", None, ExpectedResponse(200), first)
        await self._step("PATCH", "/users/me", {"fullname": NEW_NAME}, ExpectedResponse(200), first)
        spent = first
        first = await self._step("POST", "/sessions/refresh", _refresh(spent), ExpectedResponse(200)) or first
        # Whose successor was presented is stolen, whoever presents it and however soon.
        first = await self._step("POST", "/sessions/refresh", _refresh(first), ExpectedResponse(200)) or first
        passwords = {"current_password": password, "new_password": NEW_PASSWORD}
        await self._step("PUT", "/users/me/password", passwords, ExpectedResponse(204, (403,)), first)
        second = await self._log_in(name, NEW_PASSWORD)
        await self._step("DELETE", "/sessions/current", None, ExpectedResponse(204, (401,)), second)
        self._clock.advance(seconds=60)
        await self._step("POST", "/sessions/refresh", _refresh(spent), ExpectedResponse(401))
        await self._step("GET", "/users/me", None, ExpectedResponse(401), first)
        await self._step("GET", "/.well-known/jwks.json", None, ExpectedResponse(200))

    async def left_behind(self, container: Container, *, in_doubt: int) -> list[str]:
        """Return what of the rows is not as it has to be after this life.

        As many sessions as log-ins were `in_doubt` may be there, although nobody has heard of them.
        """
        async with container.database().engine.connect() as connection:
            users = (
                await connection.execute(
                    select(user_info).where(user_info.c.username_key == self.person["username"])
                )
            ).all()
            if len(users) != 1:
                return [f"{len(users)} accounts"]
            (user,) = users
            living = select(session.c.id).where(session.c.user_id == user.id, session.c.ended_at.is_(None))
            alive = len((await connection.scalars(living)).all())
            types = list(
                await connection.scalars(
                    select(event_table.c.kind)
                    .where(event_table.c.user_id == user.id)
                    .order_by(event_table.c.id)
                )
            )
        done = [each for each, _ in groupby(each for each in types if not each.endswith("_failed"))]
        return [
            *([f"full name {user.fullname!r}"] if user.fullname != NEW_NAME else []),
            *([f"{alive} sessions alive"] if alive > in_doubt else []),
            *([f"events {types}"] if done != EXPECTED_EVENTS else []),
        ]

    async def _log_in(self, username: str, password: str) -> dict[str, str]:
        return await self._step(
            "POST", "/sessions", {"username": username, "password": password}, ExpectedResponse(201)
        ) or {"access_token": "none", "refresh_token": "none"}

    async def _step(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        told: ExpectedResponse,
        tokens: dict[str, str] | None = None,
    ) -> Any:  # noqa: ANN401  any JSON value
        """Return the answer to a request, repeated once where a fault was told."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"} if tokens else {}

        async def ask() -> httpx2.Response:
            return await self._client.request(method, path, json=body, headers=headers)

        answer = await ask()
        allowed: tuple[int, ...] = (told.status,)
        if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            if answer.json()["code"] != self._injector.code:
                self.unexpected_responses.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            retry_after = timedelta(seconds=int(answer.headers.get("Retry-After", 1)))
            self._clock.advance(
                max(retry_after, Limits().verification_slot.window)
            )  # what was counted holds others up
            answer = await ask()
            allowed += told.when_repeated
            self.repeated_log_ins += path == "/sessions" and method == "POST"
        if answer.status_code not in allowed:
            self.unexpected_responses.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.is_success and answer.content else None


def _refresh(tokens: dict[str, str]) -> dict[str, str]:
    return {"refresh_token": tokens["refresh_token"]}
