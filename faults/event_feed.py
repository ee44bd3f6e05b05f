"""Services are killed while many write and one reads the event feed: each event once, and in order."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import httpx2
import psycopg
from faults.event_writers import Writers
from faults.outcome import Outcome, backend_of
from sqlalchemy import create_engine, text
from tests.builders import a_registration
from tests.harness.processes import in_thread
from tests.harness.service import DEADLINE, NO_TLS, Service

from fastauth.adapters.sql.events.tables import IS_UNNUMBERED
from fastauth.domain.event_feed.published_event import event_types

ACTS_BETWEEN = 300
"""Acknowledged acts between two kills."""

SETTINGS = {"FASTAUTH_RATE_LIMITS": "false", "FASTAUTH_SECRET_KEY": "k" * 32}


@dataclass
class Reader:
    """A client that follows the feed of a service, and loses every third answer as if it had died."""

    url: str
    person: dict[str, str]
    events: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    started: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Read until `over` is set and there is no more."""
        cursor, number, headers = None, 0, self._log_in()
        with httpx2.Client(base_url=self.url, timeout=DEADLINE, verify=NO_TLS) as client:
            while True:
                query = {"limit": "50"} | ({"after": cursor} if cursor else {})
                was_over = self.over.is_set()
                response = client.get("/v1/events", params=query, headers=headers)
                if response.status_code == httpx2.codes.UNAUTHORIZED:
                    headers = self._log_in()
                    continue
                if response.is_success:
                    number += 1
                    answer = response.json()
                    if number % 3 or not cursor:
                        self.events += answer["events"]
                        cursor = answer["next"]
                        self.started.set()
                    if was_over and number % 3 and not answer["more"]:
                        return
                elif response.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                    self.faults.append(f"{response.status_code} {response.text[:200]}")
                    return
                sleep(0.02)

    def _log_in(self) -> dict[str, str]:
        credentials = {name: self.person[name] for name in ("username", "password")}
        response = httpx2.post(f"{self.url}/sessions", json=credentials, timeout=DEADLINE, verify=NO_TLS)
        return {"Authorization": f"Bearer {response.json()['access_token']}"}


def kill_service(
    database_url: str, *, kills: int, writers: int, acts: int = ACTS_BETWEEN, foreign: bool = False
) -> Outcome:
    """Kill one of two services again and again, while both serve writers and number events.

    With `foreign`, a transaction of another program is open all the time.
    """
    name = f"kill -9 of one of two services, {writers} writers, a reader, {backend_of(database_url)}"
    outcome = Outcome(f"{name}, foreign transaction" if foreign else name)
    with (
        Service(database_url, **SETTINGS) as killed,
        Service(database_url, **SETTINGS) as other,
        _foreign_transaction(database_url) if foreign else nullcontext(),
    ):
        person = a_registration()
        other.register(person)
        other.run("users", "grant", person["username"], "auditor")
        reader = Reader(other.url, person)
        clients = Writers(killed.url, other.url, clients=writers)
        with in_thread(reader.run, reader.over.set):
            assert reader.started.wait(DEADLINE)
            with in_thread(clients.run, clients.stop):
                for _ in range(kills):
                    clients.wait_for_acts(acts)
                    killed.kill()
                    outcome.injected += 1
                    killed.start()
                    began = monotonic()
                    clients.wait_for_acts(writers)
                    outcome.recoveries.append(monotonic() - began)
                    outcome.survived += 1
            _wait_until_numbered(database_url)
    _compare(outcome, clients, reader, database_url)
    return outcome


def _compare(outcome: Outcome, clients: Writers, reader: Reader, database_url: str) -> None:
    outcome.acknowledged = clients.acknowledged
    outcome.unexpected_responses += reader.faults
    for status in clients.statuses.keys() - {200, 201, 204, 503}:
        outcome.unexpected_responses.append(f"{clients.statuses[status]} answers with {status}")
    of_subject = defaultdict[str, list[dict[str, Any]]](list)
    for event in reader.events:
        of_subject[str(event["subject"])].append(event)
    for account, history in clients.histories.items():
        faults = history.faults_of(of_subject[account])
        outcome.lost += sum(fault.endswith("is missing") for fault in faults)
        outcome.unexpected_responses += faults
    read = [int(event["id"].split("_")[1]) for event in reader.events]
    outcome.duplicates += sum(times - 1 for times in Counter(read).values())
    stored = _numbered(database_url)
    if [seq for seq, _, _ in stored] != list(range(1, len(stored) + 1)):
        outcome.unexpected_responses.append("the numbers have gaps")
    published = {event_type.value for event_type in event_types()}
    expected = [number for _, number, kind in stored if kind in published]
    first = expected.index(read[0])  # the reader began after its own registration
    if read != expected[first:]:
        outcome.unexpected_responses.append("the reader got other events than are stored, or another order")
    outcome.notes.append(f"{len(read)} events read, {clients.unanswered} acts without an answer")


def _numbered(database_url: str) -> list[Any]:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT seq, id, kind FROM event WHERE seq > 0 ORDER BY seq")).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def _wait_until_numbered(database_url: str) -> None:
    engine, deadline = create_engine(database_url), monotonic() + DEADLINE
    statement = text(f"SELECT count(*) FROM event WHERE {IS_UNNUMBERED}")  # noqa: S608  a constant
    with engine.connect() as connection:
        while connection.scalar(statement):
            connection.rollback()
            assert monotonic() < deadline, "events are not numbered"
            sleep(0.05)
    engine.dispose()


@contextmanager
def _foreign_transaction(database_url: str) -> Iterator[None]:
    """Keep a transaction open that has written, and has a snapshot of now."""
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TEMPORARY TABLE foreign_rows (number int)")
        connection.execute("INSERT INTO foreign_rows VALUES (1)")
        connection.execute("DECLARE snapshot CURSOR FOR SELECT id FROM event")
        yield
        connection.rollback()
