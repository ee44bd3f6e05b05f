"""Users, their tokens and sessions, on one service or two."""

import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import httpx2
from sqlalchemy import Engine, create_engine
from tests.builders import a_registration
from tests.harness.editions import size
from tests.harness.processes import all_at_once
from tests.harness.service import DEADLINE, Client, Service

RACES = size(2, 8)  # of one act against four clients
SHARED = {"FASTAUTH_SECRET_KEY": "what all processes of one installation share"}
NO_GRACE = {"FASTAUTH_REFRESH_GRACE_SECONDS": "0"}
TokenPair = Mapping[str, str]
Result = TypeVar("Result")


@contextmanager
def two_services(database_url: str, **settings: str) -> Iterator[list[Service]]:
    """Start two services on one database at the same moment."""
    with started_at_once(*(Service(database_url, **SHARED, **settings) for _ in range(2))) as both:
        yield both


@contextmanager
def started_at_once(*services: Service) -> Iterator[list[Service]]:
    with ExitStack() as stack:
        for service in services:
            stack.push(service)
        all_at_once([service.start for service in services])
        yield [*services]


@contextmanager
def engine_of(database_url: str) -> Iterator[Engine]:
    """Look into the database past the service."""
    engine = create_engine(database_url)
    try:
        yield engine
    finally:
        engine.dispose()


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
    """Return whether an access token and a refresh token are both valid; they never differ in that."""
    statuses = client.me(tokens).status_code, client.refresh(tokens).status_code
    assert statuses in {(200, 200), (401, 401)}
    return statuses == (200, 200)


def meanwhile(
    act: Callable[[], Result], service: Service, user: Mapping[str, str], inside: TokenPair | None = None
) -> tuple[Result, list[httpx2.Response]]:
    """Act while many clients log in, and others refresh their sessions; return the results of both."""
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
