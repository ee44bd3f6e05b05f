"""The service is killed while clients register with an Idempotency-Key, which send each request again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
from faults.acknowledged_writes import is_expected_503
from faults.outcome import Outcome, backend_of
from sqlalchemy import create_engine, text
from tests.builders import a_registration
from tests.harness.processes import in_thread
from tests.harness.service import DEADLINE, NO_TLS, Service

CLIENTS = 8
ANSWERS_BETWEEN = 20
"""Registrations that were answered between two kills."""

PAUSE = 0.1
"""Seconds between two attempts. While no process serves, more of them would only slow down the start."""

SETTINGS = {"FASTAUTH_RATE_LIMITS": "false", "FASTAUTH_SECRET_KEY": "k" * 32}


@dataclass
class Registrations:
    """Clients that send each registration until it is answered with 201, and then once more."""

    url: str
    ids: dict[str, str] = field(default_factory=dict)
    """The id of each account that was answered with 201, by its username."""
    faults: list[str] = field(default_factory=list)
    repeated: int = 0
    """Registrations that had no answer at first. Some of them had created the account."""
    over: threading.Event = field(default_factory=threading.Event)
    answered: threading.Condition = field(default_factory=threading.Condition)

    def run(self) -> None:
        """Register until `over` is set."""
        with ThreadPoolExecutor(CLIENTS) as threads:
            for each in [threads.submit(self._register_each) for _ in range(CLIENTS)]:
                each.result()

    def wait_for(self, more: int) -> None:
        """Return after `more` further registrations.

        Raises:
            AssertionError: They are not answered within the deadline.
        """
        with self.answered:
            enough = len(self.ids) + more
            if not self.answered.wait_for(lambda: len(self.ids) >= enough, DEADLINE):
                raise AssertionError(f"fewer than {more} registrations were answered")

    def _register_each(self) -> None:
        with httpx2.Client(base_url=self.url, timeout=DEADLINE, verify=NO_TLS) as client:
            while not self.over.is_set():
                person, key = a_registration(), str(uuid4())
                first = self._send_until_answered(client, person, key)
                again = self._send_until_answered(client, person, key)
                if first != again:
                    self.faults.append(f"one request, two answers: {first} and {again}")
                with self.answered:
                    self.ids[person["username"]] = str(first.get("id"))
                    self.answered.notify_all()

    def _send_until_answered(self, client: httpx2.Client, person: dict[str, str], key: str) -> dict[str, Any]:
        """Return the account, or the problem details of an answer that no fault explains."""
        attempts, end = 0, time.monotonic() + 2 * DEADLINE
        while time.monotonic() < end:
            attempts += 1
            with suppress(httpx2.TransportError):
                response = client.post("/users/register", json=person, headers={"Idempotency-Key": key})
                if not is_expected_503(response) and not _is_in_use(response):
                    if response.status_code != httpx2.codes.CREATED:
                        self.faults.append(f"{response.status_code} {response.text[:200]}")
                    self.repeated += attempts > 1
                    answer: dict[str, Any] = response.json()
                    return answer
            time.sleep(PAUSE)
        self.faults.append("no answer at all")
        return {}


def _is_in_use(response: httpx2.Response) -> bool:
    """Return whether the request of before is still processed: PostgreSQL ends it a moment later."""
    return (
        response.status_code == httpx2.codes.CONFLICT and response.json()["code"] == "idempotency_key_in_use"
    )


def kill_service(database_url: str, *, kills: int, answers: int = ANSWERS_BETWEEN) -> Outcome:
    """Kill the service again and again, and start it again."""
    outcome = Outcome(f"kill -9 of the service, registrations with a key, {backend_of(database_url)}")
    with Service(database_url, **SETTINGS) as service:
        clients = Registrations(service.url)
        with in_thread(clients.run, clients.over.set):
            for _ in range(kills):
                clients.wait_for(answers)
                service.kill()
                outcome.injected += 1
                service.start()
                began = time.monotonic()
                clients.wait_for(CLIENTS)
                outcome.recoveries.append(time.monotonic() - began)
                outcome.survived += 1
    _compare(outcome, clients, database_url)
    return outcome


def _compare(outcome: Outcome, clients: Registrations, database_url: str) -> None:
    """Count accounts that are missing, and those that were created besides the one that was answered."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        events = text("SELECT user_id FROM event WHERE kind = 'user_created'")
        created = [str(each) for each in connection.scalars(events)]
        accounts = text("SELECT username, CAST(id AS TEXT) AS id FROM user_info")
        stored = {row.username: row.id for row in connection.execute(accounts)}
    engine.dispose()
    outcome.acknowledged = len(clients.ids)
    outcome.lost = sum(stored.get(name) != id_ for name, id_ in clients.ids.items())
    outcome.duplicates = len(created) - len(set(created)) + len(clients.ids) - len(set(clients.ids.values()))
    outcome.unexpected_responses += clients.faults
    outcome.notes.append(f"{clients.repeated} requests were answered at a later attempt")
