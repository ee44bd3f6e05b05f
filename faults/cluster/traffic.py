"""Clients who register, log in, refresh and read at a steady rate, and record every answer."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count, pairwise
from typing import Any

import httpx2
import psycopg
from faults.load import is_expected_503, session_of
from tests.builders import a_registration
from tests.harness.service import DEADLINE, NO_TLS

BEFORE_REPEAT = 2.0
"""Seconds until a refresh that was answered with 503 is sent again, with the same token."""

BETWEEN_READS = 0.2
"""Seconds between two reads of the client that only reads."""


@dataclass
class ResponseLog:
    """Everything that one process has answered."""

    users: dict[str, str] = field(default_factory=dict)
    """The id that was answered with 201, by username."""
    sessions: set[str] = field(default_factory=set)
    """Those that a log-in began with 201."""
    writes: list[float] = field(default_factory=list)
    """When each write that was served was answered, by the monotonic clock."""
    reads: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    logged_out: int = 0
    """Clients whose latest refresh token was refused."""
    unexpected: list[str] = field(default_factory=list)
    slowest: float = 0

    @property
    def acknowledged(self) -> int:
        """How many registrations and log-ins were answered with 201."""
        return len(self.users) + len(self.sessions)

    def missing_from(self, database_url: str) -> int:
        """Return how many acknowledged rows are missing, or belong to another id."""
        with psycopg.connect(database_url) as connection:
            users = {row[0]: row[1] for row in connection.execute("SELECT username, id::text FROM user_info")}
            sessions = {row[0] for row in connection.execute("SELECT id FROM session")}
        wrong: int = sum(users.get(name) != user_id for name, user_id in self.users.items())
        return wrong + len(self.sessions - sessions)


def longest_gap(served: list[float], began: float, ended: float) -> float:
    """Return the longest time, in seconds, without a served request between two instants."""
    within = [began, *(each for each in served if began < each < ended), ended]
    return max(later - earlier for earlier, later in pairwise(within))


class Traffic:
    """Requests at a steady rate to one process of the service, from a thread of its own."""

    def __init__(self, url: str, *, rate: float) -> None:
        self.responses = ResponseLog()
        self._url = url
        self._pause = 4 / rate
        self._over = threading.Event()
        self._addresses = count(1)

    def run(self) -> None:
        """Work until `stop`."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Let every client end the request that it is at."""
        self._over.set()

    async def _run(self) -> None:
        limits = httpx2.Limits(max_connections=500, max_keepalive_connections=20)
        async with (
            httpx2.AsyncClient(base_url=self._url, timeout=DEADLINE, verify=NO_TLS, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._reader(client))
            while not self._over.is_set():
                group.create_task(self._person(client))
                await asyncio.sleep(self._pause)

    async def _person(self, client: httpx2.AsyncClient) -> None:
        """Register, log in, refresh and read: four requests."""
        number = next(self._addresses)
        headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        person = a_registration()
        registered = await self._send(client, "POST", "/users/register", headers, person)
        if registered is None or registered.status_code != HTTPStatus.CREATED:
            return
        self.responses.users[person["username"]] = str(registered.json()["id"])
        credentials = {name: person[name] for name in ("username", "password")}
        logged_in = await self._send(client, "POST", "/sessions", headers, credentials)
        if logged_in is None or logged_in.status_code != HTTPStatus.CREATED:
            return
        tokens = logged_in.json()
        self.responses.sessions.add(session_of(tokens["access_token"]))
        if refreshed := await self._refresh(client, headers, tokens["refresh_token"]):
            authorized = headers | {"Authorization": f"Bearer {refreshed['access_token']}"}
            await self._send(client, "GET", "/users/me", authorized)

    async def _reader(self, client: httpx2.AsyncClient) -> None:
        """Read one account again and again, whether or not anybody can write."""
        person = a_registration()
        (await client.post("/users/register", json=person)).raise_for_status()
        credentials = {name: person[name] for name in ("username", "password")}
        logged_in = (await client.post("/sessions", json=credentials)).raise_for_status()
        authorized = {"Authorization": f"Bearer {logged_in.json()['access_token']}"}
        while not self._over.is_set():
            await self._send(client, "GET", "/users/me", authorized)
            await asyncio.sleep(BETWEEN_READS)

    async def _refresh(
        self, client: httpx2.AsyncClient, headers: dict[str, str], token: str
    ) -> dict[str, Any] | None:
        """Refresh, with the same token again while the answer is 503 or does not come."""
        while True:
            answer = await self._send(client, "POST", "/sessions/refresh", headers, {"refresh_token": token})
            if answer is not None and answer.status_code == HTTPStatus.OK:
                tokens: dict[str, Any] = answer.json()
                return tokens
            if answer is not None and answer.status_code == HTTPStatus.UNAUTHORIZED:
                self.responses.logged_out += 1
                return None
            if self._over.is_set():
                return None
            await asyncio.sleep(BEFORE_REPEAT)

    async def _send(
        self,
        client: httpx2.AsyncClient,
        method: str,
        path: str,
        headers: dict[str, str],
        body: dict[str, Any] | None = None,
    ) -> httpx2.Response | None:
        began = time.monotonic()
        try:
            answer = await client.request(method, path, json=body, headers=headers)
        except httpx2.TransportError:
            self.responses.unanswered += 1
            return None
        now = time.monotonic()
        responses = self.responses
        responses.answers[answer.status_code] += 1
        responses.slowest = max(responses.slowest, now - began)
        if answer.is_success:
            (responses.reads if method == "GET" else responses.writes).append(now)
        elif not is_expected_503(answer):
            responses.unexpected.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer


@contextmanager
def traffic(url: str, *, rate: float) -> Iterator[ResponseLog]:
    """Send so many requests a second meanwhile."""
    at_work = Traffic(url, rate=rate)
    thread = threading.Thread(target=at_work.run)
    thread.start()
    try:
        yield at_work.responses
    finally:
        at_work.stop()
        thread.join()
