"""Clients that register and log in during faults, and record every acknowledged write."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from faults.acknowledged_writes import AcknowledgedWrites
from tests.builders import a_registration
from tests.harness.processes import in_thread
from tests.harness.service import DEADLINE, NO_TLS

RETRY_PAUSE = 0.02
"""Seconds that a client waits after a failed request. It ignores Retry-After to press harder."""

RECONNECT_PAUSE = 0.1
"""Seconds that a client waits if no process serves. Attempts only take processor time from the start."""


class Load:
    """A number of clients in a thread of their own."""

    def __init__(self, url: str, *, clients: int) -> None:
        self.writes = AcknowledgedWrites()
        self._url = url
        self._clients = clients
        self._over = threading.Event()
        self._progress = threading.Condition()
        self._last_success_began = 0.0

    def wait_for(self, status: int, more: int = 1) -> None:
        """Return after `more` further responses with this status.

        Raises:
            AssertionError: They do not arrive within the deadline.
        """
        with self._progress:
            enough = self.writes.statuses[status] + more
            if not self._progress.wait_for(lambda: self.writes.statuses[status] >= enough, DEADLINE):
                raise AssertionError(f"fewer than {more} responses with {status}: {self.writes.statuses}")

    def wait_for_success(self) -> float:
        """Return the seconds until a request that begins now, or later, succeeds.

        Raises:
            AssertionError: None does within the deadline.
        """
        began = time.monotonic()
        with self._progress:
            if not self._progress.wait_for(lambda: self._last_success_began >= began, DEADLINE):
                raise AssertionError(f"the service does not recover: {self.writes.statuses}")
        return time.monotonic() - began

    def run(self) -> None:
        """Send requests until `stop`."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Let every client finish its current request."""
        self._over.set()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self._clients):
                group.create_task(self._register_and_log_in())

    async def _register_and_log_in(self) -> None:
        async with httpx2.AsyncClient(base_url=self._url, timeout=DEADLINE, verify=NO_TLS) as client:
            while not self._over.is_set():
                person = a_registration()
                if registered := await self._post(client, "/users/register", person):
                    with self._progress:
                        self.writes.add_user(registered)
                    credentials = {name: person[name] for name in ("username", "password")}
                    if logged_in := await self._post(client, "/sessions", credentials):
                        with self._progress:
                            self.writes.add_session(logged_in.json()["access_token"])

    async def _post(
        self, client: httpx2.AsyncClient, path: str, body: dict[str, Any]
    ) -> httpx2.Response | None:
        """Return the response if its status is 201."""
        began = time.monotonic()
        try:
            response = await client.post(path, json=body)
        except httpx2.TransportError:
            self.writes.unanswered += 1
            await asyncio.sleep(RECONNECT_PAUSE)
            return None
        created = response.status_code == httpx2.codes.CREATED
        with self._progress:
            self.writes.add_response(response, time.monotonic() - began)
            if created:
                self._last_success_began = max(self._last_success_began, began)
            self._progress.notify_all()
        if created:
            return response
        await asyncio.sleep(RETRY_PAUSE)
        return None


@contextmanager
def load(url: str, *, clients: int = 8) -> Iterator[Load]:
    """Run clients during the block."""
    generator = Load(url, clients=clients)
    with in_thread(generator.run, generator.stop):
        yield generator
