"""The limits as a guesser and an owner meet them: two services, one database, many networks."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from ipaddress import IPv6Address
from itertools import cycle, islice
from secrets import randbits

import httpx2
import pytest
from sqlalchemy import make_url, select
from tests.builders import a_registration
from tests.harness.databases import connect
from tests.harness.editions import size
from tests.harness.local_service import LocalService
from tests.harness.service import DEADLINE

from fastauth.adapters.sql.rate_limits.tables import tally
from fastauth.domain.rate_limits.counter import LOCKED_FOREVER
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

LIMITS = {
    "FASTAUTH_RATE_LIMITS": "on",
    "FASTAUTH_TRUSTED_PROXIES": "127.0.0.1",
}
GUESSES = size(24, 96)
FEW = {"FASTAUTH_LOCKOUT_THRESHOLD": "3"}


@pytest.fixture(scope="module")
def two(service_database_url: str) -> Iterator[list[LocalService]]:
    """Two services that share their tallies."""
    with ExitStack() as stack:
        yield [stack.enter_context(LocalService(service_database_url, **LIMITS, **FEW)) for _ in range(2)]


def a_network() -> str:
    """Return the address of a network that has used up nothing."""
    return str(IPv6Address(0x2001_0DB8 << 96 | randbits(64) << 32))


def log_in(service: LocalService, user: dict[str, str], address: str, **changes: str) -> httpx2.Response:
    """Log in, and again if the service is overloaded (503)."""
    credentials = {name: user[name] for name in ("username", "password")} | changes
    deadline = time.monotonic() + DEADLINE
    with service.client() as client:
        while True:
            answer = client.post("/sessions", json=credentials, headers={"X-Forwarded-For": address})
            if answer.status_code != 503 or time.monotonic() > deadline:
                return answer


async def strangers_of(name: str, database_url: str) -> tuple[int, bool]:
    """Return how many guesses of strangers were counted, and whether there may be none any more."""
    key = Container(settings=Settings(database_url=make_url(database_url))).counter_keys()("strangers", name)
    database = connect(database_url)
    async with database.engine.connect() as connection:
        row = (await connection.execute(select(tally).where(tally.c.key == key))).one()
    await database.close()
    return row.attempts, row.until == LOCKED_FOREVER


class TestPasswordGuessing:
    async def test_limit_holds_over_networks_and_processes(self, two: list[LocalService]) -> None:
        user = a_registration()
        assert two[0].register(user).status_code == 201
        with ThreadPoolExecutor(32) as pool:
            targets = zip(range(GUESSES), cycle(two), strict=False)
            sent = [
                pool.submit(log_in, service, user, a_network(), password="wrong") for _, service in targets
            ]
            assert {each.result().status_code for each in sent} == {401}
        attempts, closed = await strangers_of(user["username"], two[0].database_url)
        assert 1 <= attempts <= 3
        assert closed == (attempts == 3)

    def test_known_device_is_not_locked_out(self, two: list[LocalService]) -> None:
        """R18 (CVE-2024-1722 (Keycloak); CWE-645): strangers lock the owner out."""
        user = a_registration()
        assert two[0].register(user).status_code == 201
        token = log_in(two[0], user, a_network()).json()["device_token"]
        with ThreadPoolExecutor(32) as pool:
            sent = [
                pool.submit(log_in, two[number % 2], user, a_network(), password="wrong")
                for number in range(GUESSES)
            ]
            assert log_in(two[1], user, a_network(), device_token=token).status_code == 201
            assert {each.result().status_code for each in sent} == {401}
        assert log_in(two[0], user, a_network(), device_token=token).status_code == 201

    def test_every_process_sends_retry_after(self, two: list[LocalService]) -> None:
        """The budget of ten is refilled by one in six seconds, however long the answers take."""
        address, answers = a_network(), []
        began = time.monotonic()
        for service in islice(cycle(two), 100):
            answers.append(log_in(service, a_registration(), address))
            if answers[-1].status_code == 429:
                break
        refilled = (time.monotonic() - began) / 6
        *allowed, refused = answers
        assert {answer.status_code for answer in allowed} == {401}
        assert 10 <= len(allowed) <= 10 + refilled
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 6

    def test_lock_survives_a_restart_until_unlocked(self, database_url: str) -> None:
        user, settings = a_registration(), LIMITS | {"FASTAUTH_LOCKOUT_THRESHOLD": "1"}
        # The first service has not ended yet, so its shutdown cannot have stored anything.
        with (
            LocalService(database_url, **settings) as before,
            LocalService(database_url, **settings) as service,
        ):
            assert before.register(user).status_code == 201
            assert log_in(before, user, a_network(), password="wrong").status_code == 401
            assert log_in(service, user, a_network()).status_code == 401
            said = service.run("users", "unlock", user["username"].upper())
            assert said == f"{user['username']} is unlocked\n"
            assert log_in(service, user, a_network()).status_code == 201
