"""Clients that register, log in, refresh and read at a steady rate, and record every response."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count, pairwise
from typing import Any

import httpx2
from faults.acknowledged_writes import AcknowledgedWrites
from tests.builders import a_registration
from tests.harness.processes import in_thread
from tests.harness.service import DEADLINE, NO_TLS

REFRESH_RETRY_SECONDS = 2.0
"""A refresh without a success is sent again after this time, with the same token."""

READ_INTERVAL_SECONDS = 0.2
"""Between two requests of the client that only reads."""


@dataclass
class ResponseLog(AcknowledgedWrites):
    """The responses of one process of the service, with the times of its successes."""

    writes: list[float] = field(default_factory=list)
    """When each successful write was answered, by the monotonic clock."""
    reads: list[float] = field(default_factory=list)
    """When each successful read was answered, by the monotonic clock."""
    logged_out: int = 0
    """Clients whose latest refresh token was rejected."""


def longest_gap(successes: list[float], began: float, ended: float) -> float:
    """Return the longest time without a success between two instants, in seconds."""
    within = [began, *(each for each in successes if began < each < ended), ended]
    return max(later - earlier for earlier, later in pairwise(within))


class Traffic:
    """Requests at a steady rate to one process of the service, from a thread of its own."""

    def __init__(self, url: str, *, rate: float) -> None:
        self.log = ResponseLog()
        self._url = url
        self._pause = 4 / rate
        self._over = threading.Event()
        self._addresses = count(1)

    def run(self) -> None:
        """Send requests until `stop`."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Let every client finish its current request."""
        self._over.set()

    async def _run(self) -> None:
        limits = httpx2.Limits(max_connections=500, max_keepalive_connections=20)
        async with (
            httpx2.AsyncClient(base_url=self._url, timeout=DEADLINE, verify=NO_TLS, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._read_repeatedly(client))
            while not self._over.is_set():
                group.create_task(self._run_client(client))
                await asyncio.sleep(self._pause)

    async def _run_client(self, client: httpx2.AsyncClient) -> None:
        """Register, log in, refresh and read: four requests from a network of its own."""
        number = next(self._addresses)
        headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        person = a_registration()
        registered = await self._send(client, "POST", "/users/register", headers, person)
        if registered is None or registered.status_code != HTTPStatus.CREATED:
            return
        self.log.add_user(registered)
        credentials = {name: person[name] for name in ("username", "password")}
        logged_in = await self._send(client, "POST", "/sessions", headers, credentials)
        if logged_in is None or logged_in.status_code != HTTPStatus.CREATED:
            return
        tokens = logged_in.json()
        self.log.add_session(tokens["access_token"])
        if refreshed := await self._refresh(client, headers, tokens["refresh_token"]):
            authorized = headers | {"Authorization": f"Bearer {refreshed['access_token']}"}
            await self._send(client, "GET", "/users/me", authorized)

    async def _read_repeatedly(self, client: httpx2.AsyncClient) -> None:
        """Read one account repeatedly, independent of the clients that write."""
        person = a_registration()
        (await client.post("/users/register", json=person)).raise_for_status()
        credentials = {name: person[name] for name in ("username", "password")}
        logged_in = (await client.post("/sessions", json=credentials)).raise_for_status()
        authorized = {"Authorization": f"Bearer {logged_in.json()['access_token']}"}
        while not self._over.is_set():
            await self._send(client, "GET", "/users/me", authorized)
            await asyncio.sleep(READ_INTERVAL_SECONDS)

    async def _refresh(
        self, client: httpx2.AsyncClient, headers: dict[str, str], token: str
    ) -> dict[str, Any] | None:
        """Refresh. Repeat it with the same token after a 503 or a failed connection."""
        while True:
            response = await self._send(
                client, "POST", "/sessions/refresh", headers, {"refresh_token": token}
            )
            if response is not None and response.status_code == HTTPStatus.OK:
                tokens: dict[str, Any] = response.json()
                return tokens
            if response is not None and response.status_code == HTTPStatus.UNAUTHORIZED:
                self.log.logged_out += 1
                return None
            if self._over.is_set():
                return None
            await asyncio.sleep(REFRESH_RETRY_SECONDS)

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
            response = await client.request(method, path, json=body, headers=headers)
        except httpx2.TransportError:
            self.log.unanswered += 1
            return None
        now = time.monotonic()
        self.log.add_response(response, now - began)
        if response.is_success:
            (self.log.reads if method == "GET" else self.log.writes).append(now)
        return response


@contextmanager
def traffic(url: str, *, rate: float) -> Iterator[ResponseLog]:
    """Send `rate` requests a second during the block."""
    generator = Traffic(url, rate=rate)
    with in_thread(generator.run, generator.stop):
        yield generator.log
