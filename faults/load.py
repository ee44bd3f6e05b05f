"""Clients who register and log in while things go wrong, and keep a book of what they were told."""

import asyncio
import base64
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from faults.outcome import Outcome
from sqlalchemy import create_engine, text
from tests.builders import a_registration
from tests.harness.service import DEADLINE, NO_TLS

BEFORE_NEXT_TRY = 0.02
"""Seconds that a client who was refused waits. A decent one would keep to Retry-After."""


@dataclass
class AcknowledgedWrites:
    """What clients were told."""

    names: list[str] = field(default_factory=list)
    """Of everybody whose registration was answered with 201."""
    sessions: list[str] = field(default_factory=list)
    """That log-ins answered with 201 began."""
    answers: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    unexpected_responses: list[str] = field(default_factory=list)
    slowest: float = 0

    def note(self, answer: httpx2.Response, seconds: float) -> None:
        """Write an answer down."""
        self.answers[answer.status_code] += 1
        self.slowest = max(self.slowest, seconds)
        if answer.status_code != httpx2.codes.CREATED and not is_expected_503(answer):
            self.unexpected_responses.append(f"{answer.status_code} {answer.text[:200]}")

    def missing_from(self, database_url: str) -> int:
        """Return how many of the acknowledged are not in the database."""
        engine = create_engine(database_url)
        with engine.connect() as connection:
            names = set(connection.scalars(text("SELECT username FROM user_info")))
            sessions = set(connection.scalars(text("SELECT id FROM session")))
        engine.dispose()
        return len(set(self.names) - names) + len(set(self.sessions) - sessions)

    def close(self, outcome: Outcome, database_url: str) -> None:
        """Add what the book has to `outcome`."""
        outcome.acknowledged += len(self.names) + len(self.sessions)
        outcome.lost += self.missing_from(database_url)
        outcome.duplicates += len(self.names) - len(set(self.names))
        outcome.unexpected_responses += self.unexpected_responses
        outcome.slowest = max(outcome.slowest, self.slowest)


def is_expected_503(answer: httpx2.Response) -> bool:
    """Say whether it is the answer that a fault should get: 503, in the one form, with Retry-After."""
    return (
        answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE
        and answer.headers["content-type"] == "application/problem+json"
        and int(answer.headers["retry-after"]) >= 1
    )


class Load:
    """A number of clients at work, on a thread of their own."""

    def __init__(self, url: str, *, clients: int) -> None:
        self.writes = AcknowledgedWrites()
        self._url = url
        self._clients = clients
        self._over = threading.Event()
        self._progress = threading.Condition()
        self._last_success_began = 0.0

    def wait_for(self, status: int, more: int = 1) -> None:
        """Return once that many more answers have this status."""
        with self._progress:
            enough = self.writes.answers[status] + more
            if not self._progress.wait_for(lambda: self.writes.answers[status] >= enough, DEADLINE):
                raise AssertionError(f"{more} answers of {status} do not come: {self.writes.answers}")

    def wait_for_success(self) -> float:
        """Return how many seconds it takes until a request that begins now, or later, is served."""
        began = time.monotonic()
        with self._progress:
            if not self._progress.wait_for(lambda: self._last_success_began >= began, DEADLINE):
                raise AssertionError(f"the service does not recover: {self.writes.answers}")
        return time.monotonic() - began

    def run(self) -> None:
        """Work until `stop`."""
        asyncio.run(self._run())

    def stop(self) -> None:
        """Let every client finish the request that it is at."""
        self._over.set()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(self._clients):
                group.create_task(self._work())

    async def _work(self) -> None:
        async with httpx2.AsyncClient(base_url=self._url, timeout=DEADLINE, verify=NO_TLS) as client:
            while not self._over.is_set():
                person = a_registration()
                if await self._post(client, "/users/register", person):
                    with self._progress:
                        self.writes.names.append(person["username"])
                    credentials = {name: person[name] for name in ("username", "password")}
                    if tokens := await self._post(client, "/sessions", credentials):
                        with self._progress:
                            self.writes.sessions.append(session_of(tokens["access_token"]))

    async def _post(
        self, client: httpx2.AsyncClient, path: str, body: dict[str, Any]
    ) -> dict[str, str] | None:
        """Return what was answered with 201, if it was."""
        began = time.monotonic()
        try:
            answer = await client.post(path, json=body)
        except httpx2.TransportError:
            self.writes.unanswered += 1
            await asyncio.sleep(BEFORE_NEXT_TRY)
            return None
        with self._progress:
            self.writes.note(answer, time.monotonic() - began)
            if answer.status_code == httpx2.codes.CREATED:
                self._last_success_began = max(self._last_success_began, began)
            self._progress.notify_all()
        if answer.status_code == httpx2.codes.CREATED:
            created: dict[str, str] = answer.json()
            return created
        await asyncio.sleep(BEFORE_NEXT_TRY)
        return None


@contextmanager
def load(url: str, *, clients: int = 8) -> Iterator[Load]:
    """Have clients at work meanwhile."""
    at_work = Load(url, clients=clients)
    thread = threading.Thread(target=at_work.run)
    thread.start()
    try:
        yield at_work
    finally:
        at_work.stop()
        thread.join()


def session_of(access_token: str) -> str:
    """Return the id of the session that an access token names."""
    payload = access_token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sid"]).replace("-", "")
