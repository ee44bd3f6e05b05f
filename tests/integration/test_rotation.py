"""Keys change while everybody goes on: those that sign, and the one that seals them."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx2
import jwt
from tests.integration.client import Person, ask_who_i_am, signing_keys, stolen_key
from tests.integration.conftest import postgres_schema
from tests.integration.issuer import AUDIENCE, SECRET_KEY, VERIFIERS, header_of, payload_of
from tests.integration.postgres import PostgresServer
from tests.integration.service import DEADLINE, Service, environment

MAX_AGE = 4
CLIENTS = 4
ROTATING = {
    "FASTAUTH_SECRET_KEY": SECRET_KEY,
    "FASTAUTH_AUDIENCE": AUDIENCE,
    "FASTAUTH_JWKS_MAX_AGE": str(MAX_AGE),
    "FASTAUTH_ACCESS_TOKEN_SECONDS": "2",
}


class ByItsOwnCache:
    """PyJWT again, with the cache that comes with it. An unknown key has it ask at once."""

    def __init__(self, issuer: str, audience: str) -> None:
        url = f"{issuer}/.well-known/jwks.json"
        self._keys = jwt.PyJWKClient(url, lifespan=MAX_AGE, cooldown_duration=0)
        self._issuer, self._audience = issuer, audience

    def __call__(self, token: str) -> dict[str, Any]:
        key = self._keys.get_signing_key_from_jwt(token)
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=["ES256"], issuer=self._issuer, audience=self._audience
        )
        return claims


class Traffic:
    """Clients who refresh all the time, at one service and the other, and verify all that they get."""

    def __init__(self, services: list[Service]) -> None:
        self._services = services
        self._issuer = services[0].url
        self._over = threading.Event()
        self._progress = threading.Condition()
        self.signed_by: Counter[str] = Counter()
        self.verified: Counter[str] = Counter()
        self.failures: list[str] = []

    def wait_for_signers(self, number: int) -> None:
        """Return once so many keys have signed."""
        with self._progress:
            enough = self._progress.wait_for(
                lambda: self.failures or len(self.signed_by) >= number, timeout=DEADLINE
            )
            assert enough, self.signed_by

    def stop(self) -> None:
        self._over.set()

    def run(self) -> None:
        person = Person(self._services[0])
        verifiers = {name: make(self._issuer, AUDIENCE) for name, make in VERIFIERS.items()}
        verifiers["PyJWKClient"] = ByItsOwnCache(self._issuer, AUDIENCE)
        before = person.tokens.access
        for service in cycle(self._services):
            if self._over.wait(0.05):
                return
            person.service = service
            token = person.refresh().access
            for name, verify in verifiers.items():
                self._note(name, verify, token)
            if payload_of(before)["exp"] <= time.time() + 1:  # about to end, and as good as new
                self._note("at the end", verifiers["PyJWT"], before)
                before = token
            answer = ask_who_i_am(service, f"Bearer {token}")
            with self._progress:
                self.signed_by[header_of(token)["kid"]] += 1
                if answer.status != 200:
                    self.failures.append(f"the service: {answer}")
                self._progress.notify_all()

    def _note(self, name: str, verify: Any, token: str) -> None:  # noqa: ANN401
        try:
            verify(token)
        except Exception as error:  # noqa: BLE001  whatever a library raises
            self.failures.append(f"{name}: {error!r} for {header_of(token)}")
        else:
            self.verified[name] += 1


@contextmanager
def traffic(*services: Service) -> Iterator[Traffic]:
    clients = Traffic(list(services))
    with ThreadPoolExecutor(CLIENTS) as threads:
        running = [threads.submit(clients.run) for _ in range(CLIENTS)]
        try:
            yield clients
        finally:
            clients.stop()
            for each in running:
                each.result()


def rotate(database_url: str, directory: Path) -> None:
    """Publish a new key, by the command that an operator has for it."""
    subprocess.run(
        [sys.executable, "-m", "fastauth", "keys", "rotate"],
        cwd=directory, env=environment(database_url, **ROTATING), check=True, capture_output=True,
    )  # fmt: skip


def published(service: Service) -> set[str]:
    keys = httpx2.get(f"{service.url}/.well-known/jwks.json").json()["keys"]
    return {key["kid"] for key in keys}


class TestRotation:
    def test_is_seen_by_nobody(self, postgres: PostgresServer, tmp_path: Path) -> None:
        with (
            postgres_schema(postgres) as url,
            Service(url, **ROTATING) as one,
            Service(url, **ROTATING, FASTAUTH_ISSUER=one.url) as other,
        ):
            (first,) = published(one)
            with traffic(one, other) as clients:
                for _ in range(4):
                    rotate(url, tmp_path)
                clients.wait_for_signers(5)
                deadline = time.monotonic() + DEADLINE
                while first in published(other) and not clients.failures:
                    assert time.monotonic() < deadline, "the first key stays"
            assert clients.failures == []
            assert len(clients.signed_by) == 5
            assert clients.verified.keys() == {*VERIFIERS, "PyJWKClient", "at the end"}
            assert min(clients.verified.values()) > 20
            rotate(url, tmp_path)
            assert first not in {key.kid for key in signing_keys(url).keys}


KEYS = {name: f"secret key {name}, of no worth " + name * 8 for name in "ABC"}


def settings(now: str, previous: str | None = None) -> dict[str, str]:
    named = {"FASTAUTH_SECRET_KEY": KEYS[now], "FASTAUTH_ISSUER": "http://localhost"}
    return named | ({"FASTAUTH_SECRET_KEY_PREVIOUS": KEYS[previous]} if previous else {})


def still_there(person: Person, service: Service) -> bool:
    """Say whether somebody is still logged in there, and has them refresh."""
    person.service = service
    at_first = ask_who_i_am(service, f"Bearer {person.tokens.access}")
    afterwards = ask_who_i_am(service, f"Bearer {person.refresh().access}")
    return (at_first.status, afterwards.status) == (200, 200)


def refusal(database_url: str, **settings: str) -> str:
    """Return what the service says when it refuses to start."""
    strict = {"FASTAUTH_MODE": "production", "FASTAUTH_ARGON2_MEMORY_KIB": "19456"}
    whole = environment(database_url, **settings, **strict, FASTAUTH_ARGON2_TIME_COST="2")
    run = subprocess.run(
        [sys.executable, "-m", "fastauth", "serve"],
        env=whole, capture_output=True, text=True, timeout=DEADLINE, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (1, "")
    return run.stderr


class TestSecretKey:
    def test_is_changed_without_logging_anybody_out(self, empty_database_url: str) -> None:
        with Service(empty_database_url, **settings("A")) as service:
            person, kids = Person(service), published(service)
        with Service(empty_database_url, **settings("B", previous="A")) as service:
            assert still_there(person, service)
            assert published(service) == kids
            stolen_key(empty_database_url, KEYS["B"])  # it is sealed anew
        with Service(empty_database_url, **settings("B")) as service:
            assert still_there(person, service)
            assert published(service) == kids
        assert refusal(empty_database_url, **settings("C")) == (
            "fastauth: the signing keys are sealed under another secret key; give that one as"
            " FASTAUTH_SECRET_KEY or FASTAUTH_SECRET_KEY_PREVIOUS\n"
        )

    def test_is_changed_in_one_process_after_the_other(self, postgres: PostgresServer) -> None:
        # First everybody learns to recognise what is made under the new one; then it comes into use.
        steps: list[tuple[tuple[str, str | None], tuple[str, str | None]]] = [
            (("A", None), ("A", "B")),
            (("A", "B"), ("B", "A")),
            (("B", "A"), ("B", None)),
        ]
        person: Person | None = None
        with postgres_schema(postgres) as url:
            for one, other in steps:
                with (
                    Service(url, **settings(*one)) as first,
                    Service(url, **settings(*other)) as second,
                ):
                    person = person or Person(first)
                    for service in (first, second, first, second):
                        assert still_there(person, service)
