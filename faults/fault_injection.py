"""Fault injection: each call of a port, or each database statement, fails once (F19).

One scenario covers an account from its registration to the theft of a refresh token. It is repeated, and
in the n-th run the n-th call fails: either before the call, or after it, so that only its result is lost.
A step that fails is repeated once, as a client would. The loop ends with the run in which no call was
left to fail.
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
    """Selects the n-th call to fail, either before or after the call."""

    def __init__(self, *, after: bool) -> None:
        self._after = after
        self.arm(0)

    def arm(self, nth: int) -> None:
        """Select call number `nth`, counted from now; 0 selects none."""
        self._left = nth
        self.failed_call = ""
        self.code = ""
        """The error code that the client should receive."""

    def fails(self, call: str, code: str, *, after: bool) -> bool:
        """Return whether this call fails at this moment."""
        self._left -= after == self._after
        if self._left or self.failed_call or after != self._after:
            return False
        self.failed_call, self.code = call, code
        return True


class FaultyPort:
    """Wraps a port: any call may raise `error`, before the call or after it.

    Attributes that are not callable are wrapped too, and so is the unit of work of a transaction.
    """

    def __init__(self, port: object, injector: Injector, *, error: type[Exception]) -> None:
        self._port = port
        self._injector = injector
        self._error = error

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  the type of the attribute
        call = getattr(self._port, name)
        call_name = f"{type(self._port).__name__}.{name}"
        if not callable(call):
            return FaultyPort(call, self._injector, error=self._error)

        def may_fail(*, after: bool) -> None:
            if self._injector.fails(call_name, getattr(self._error, "code", "internal_error"), after=after):
                raise self._error

        @asynccontextmanager
        async def transaction(*arguments: object, **named: object) -> AsyncIterator[object]:
            may_fail(after=False)
            async with call(*arguments, **named) as begun:
                yield FaultyPort(begun, self._injector, error=self._error)

        async def call_async(*arguments: object, **named: object) -> object:
            may_fail(after=False)
            result = await call(*arguments, **named)
            may_fail(after=True)
            return result

        def call_sync(*arguments: object, **named: object) -> object:
            may_fail(after=False)
            result = call(*arguments, **named)
            may_fail(after=True)
            return result

        if name == "begin":
            return transaction
        return call_async if inspect.iscoroutinefunction(call) else call_sync


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
"""The audit trail of one run. A repeated step may record its event twice."""

PORTS: dict[str, type[Exception]] = {
    "users": StorageUnavailable,
    "sessions": StorageUnavailable,
    "signing_keys": StorageUnavailable,
    "counters": StorageUnavailable,
    "events": StorageUnavailable,
    "unit_of_work": StorageUnavailable,
    "hasher": HashingOverloaded,
    "usernames": RuntimeError,
    "access_tokens": RuntimeError,
    "clock": RuntimeError,
}
"""The ports that requests use, and the error that each raises."""


def _inject_into_ports(plain: Container, injector: Injector) -> Container:
    faulty = {
        name: FaultyPort(getattr(plain, name)(), injector, error=error) for name, error in PORTS.items()
    }
    return Container(settings=plain.settings(), database=plain.database(), **faulty)


def _inject_into_statements(plain: Container, injector: Injector) -> Container:
    engine = plain.database().engine.sync_engine
    error = sqlite3.OperationalError if plain.database().is_sqlite else psycopg.OperationalError
    commit = engine.dialect.do_commit

    def perhaps_fail(statement: str, call: Callable[[], object]) -> None:
        for after in (False, True):
            if injector.fails(statement, StorageUnavailable.code, after=after):
                raise error
            if not after:
                call()

    def execute(cursor: DBAPICursor, statement: str, parameters: Any, _context: object) -> bool:  # noqa: ANN401  the driver's type
        perhaps_fail(statement, lambda: cursor.execute(statement, parameters))
        return True  # SQLAlchemy does not execute it again

    event.listen(engine, "do_execute", execute)
    # SQLAlchemy has no event after a commit in which to fail.
    engine.dialect.do_commit = lambda dbapi_connection: perhaps_fail(  # type: ignore[method-assign]
        "COMMIT", lambda: commit(dbapi_connection)
    )
    return plain


TARGETS = {"ports": _inject_into_ports, "statements": _inject_into_statements}


async def each_fails(what: str, database_url: str, *, after: bool) -> Outcome:
    """Let each call of `what` fail in a run of its own, before the call or after it."""
    how = "fails after the call" if after else "fails before the call"
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
                scenario = Scenario(client, clock, injector)
                await scenario.run()
                if not injector.failed_call:
                    break
                failed_call = injector.failed_call
                injector.arm(0)
                in_doubt = scenario.repeated_log_ins if after else 0
                wrong = scenario.unexpected_responses + await scenario.unexpected_state(
                    plain, in_doubt=in_doubt
                )
                outcome.injected += 1
                outcome.survived += not wrong
                outcome.unexpected_responses += [f"{failed_call}: {each}" for each in wrong]
    finally:
        await shut_down(plain)
    return outcome


@dataclass
class ExpectedResponse:
    """The status of a step, and others that are allowed when the step is repeated after a fault."""

    status: int
    when_repeated: tuple[int, ...] = ()


class Scenario:
    """The requests of one client."""

    def __init__(self, client: httpx2.AsyncClient, clock: FakeClock, injector: Injector) -> None:
        self._client = client
        self._injector = injector
        self._clock = clock
        self.person = a_registration()
        self.unexpected_responses: list[str] = []
        self.repeated_log_ins = 0

    async def run(self) -> None:
        """Send all requests in order."""
        name, password = self.person["username"], self.person["password"]
        await self._step("POST", "/users/register", self.person, ExpectedResponse(201, (409,)))
        first = await self._log_in(name, password)
        await self._step("GET", "/users/me", None, ExpectedResponse(200), first)
        await self._step("GET", "/sessions", None, ExpectedResponse(200), first)
        await self._step("PATCH", "/users/me", {"fullname": NEW_NAME}, ExpectedResponse(200), first)
        spent = first
        first = await self._step("POST", "/sessions/refresh", _refresh(spent), ExpectedResponse(200)) or first
        # Once the successor was used, an earlier token counts as stolen at once.
        first = await self._step("POST", "/sessions/refresh", _refresh(first), ExpectedResponse(200)) or first
        passwords = {"current_password": password, "new_password": NEW_PASSWORD}
        await self._step("PUT", "/users/me/password", passwords, ExpectedResponse(204, (403,)), first)
        second = await self._log_in(name, NEW_PASSWORD)
        await self._step("DELETE", "/sessions/current", None, ExpectedResponse(204, (401,)), second)
        self._clock.advance(seconds=60)
        await self._step("POST", "/sessions/refresh", _refresh(spent), ExpectedResponse(401))
        await self._step("GET", "/users/me", None, ExpectedResponse(401), first)
        await self._step("GET", "/.well-known/jwks.json", None, ExpectedResponse(200))

    async def unexpected_state(self, container: Container, *, in_doubt: int) -> list[str]:
        """Return the differences between the rows and the expected state after this run.

        Up to `in_doubt` sessions may exist whose log-in got no response.
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
        expected: ExpectedResponse,
        tokens: dict[str, str] | None = None,
    ) -> Any:  # noqa: ANN401  any JSON value
        """Return the body of the response. A request that fails with a 5xx status is repeated once."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"} if tokens else {}

        async def ask() -> httpx2.Response:
            return await self._client.request(method, path, json=body, headers=headers)

        response = await ask()
        allowed: tuple[int, ...] = (expected.status,)
        if response.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
            if response.json()["code"] != self._injector.code:
                self.unexpected_responses.append(
                    f"{method} {path}: {response.status_code} {response.text[:200]}"
                )
            retry_after = timedelta(seconds=int(response.headers.get("Retry-After", 1)))
            # The counted attempt delays the next one.
            self._clock.advance(max(retry_after, Limits().verification_slot.window))
            response = await ask()
            allowed += expected.when_repeated
            self.repeated_log_ins += path == "/sessions" and method == "POST"
        if response.status_code not in allowed:
            self.unexpected_responses.append(f"{method} {path}: {response.status_code} {response.text[:200]}")
        return response.json() if response.is_success and response.content else None


def _refresh(tokens: dict[str, str]) -> dict[str, str]:
    return {"refresh_token": tokens["refresh_token"]}
