"""The requests of one client, from registration to a stolen refresh token, and the rows they leave."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

import httpx2
from faults.faulty_port import Injector
from sqlalchemy import select
from tests.builders import a_registration
from tests.fakes.clock import FakeClock

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.events.tables import event as event_table
from fastauth.adapters.sql.sessions.tables import session
from fastauth.domain.audit.event import EventType
from fastauth.domain.rate_limits.limits import Limits
from fastauth.entrypoints.container import Container

NEW_PASSWORD, NEW_NAME = "another password", "Somebody Else"

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

        self._injector.begin_step()
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
