"""Clients of two services whose keys change all the time."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx2
import jwt
from tests.harness.client import Person, get_me, signing_keys
from tests.harness.editions import size
from tests.harness.in_process import run_fastauth
from tests.harness.issuer import (
    AUDIENCE,
    SECRET_KEY,
    VERIFIERS,
    MakeVerifier,
    Verify,
    header_of,
    made,
    payload_of,
)
from tests.harness.service import DEADLINE, NO_TLS, Service, environment

MAX_AGE = 4
CLIENTS = size(2, 4)
ROTATIONS = size(2, 4)
ROTATING = {
    "FASTAUTH_SECRET_KEY": SECRET_KEY,
    "FASTAUTH_AUDIENCE": AUDIENCE,
    "FASTAUTH_JWKS_MAX_AGE": str(MAX_AGE),
    "FASTAUTH_ACCESS_TOKEN_SECONDS": "2",
}


class ByItsOwnCache:
    """PyJWT again, with its own cache. For an unknown key it fetches the keys at once."""

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

    def __init__(self, services: Sequence[Service], further: Mapping[str, MakeVerifier]) -> None:
        self._services = services
        self._issuer = services[0].url
        self._further = further
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
        makers: dict[str, MakeVerifier] = {**VERIFIERS, "PyJWKClient": ByItsOwnCache, **self._further}
        with made(self._issuer, makers) as verifiers:
            self._refresh_and_verify(person, verifiers)

    def _refresh_and_verify(self, person: Person, verifiers: Mapping[str, Verify]) -> None:
        before = person.tokens.access
        for service in cycle(self._services):
            if self._over.wait(0.05):
                return
            person.service = service
            token = person.refresh().access
            for name, verify in verifiers.items():
                self._note(name, verify, token)
            if payload_of(before)["exp"] <= time.time() + 1:  # about to end, and good for newcomers still
                self._note("at the end", VERIFIERS["PyJWT"](self._issuer, AUDIENCE), before)
                before = token
            answer = get_me(service, f"Bearer {token}")
            with self._progress:
                self.signed_by[header_of(token)["kid"]] += 1
                if answer.status != 200:
                    self.failures.append(f"the service: {answer}")
                self._progress.notify_all()

    def _note(self, name: str, verify: Verify, token: str) -> None:
        try:
            verify(token)
        except Exception as error:  # noqa: BLE001  whatever a library raises
            self.failures.append(f"{name}: {error!r} for {header_of(token)}")
        else:
            self.verified[name] += 1


@contextmanager
def traffic(*services: Service, **further: MakeVerifier) -> Iterator[Traffic]:
    """Send requests of many clients to these services, with `further` verifiers."""
    clients = Traffic(services, further)
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
    settings = environment(database_url, **ROTATING)
    result = run_fastauth("keys", "rotate", settings=settings, directory=directory)
    assert result.exit_code == 0, result.output


def published(service: Service) -> set[str]:
    keys = httpx2.get(f"{service.url}/.well-known/jwks.json", verify=NO_TLS).json()["keys"]
    return {key["kid"] for key in keys}


def rotated_under_traffic(database_url: str, directory: Path, **further: MakeVerifier) -> Traffic:
    """Rotate the keys of two services until the first is gone; return what the clients have seen."""
    with (
        Service(database_url, **ROTATING) as one,
        Service(database_url, **ROTATING, FASTAUTH_ISSUER=one.url) as other,
    ):
        (first,) = published(one)
        with traffic(one, other, **further) as clients:
            for number in range(ROTATIONS):
                rotate(database_url, directory)
                clients.wait_for_signers(2 + number)
            deadline = time.monotonic() + DEADLINE
            while first in published(other) and not clients.failures:
                assert time.monotonic() < deadline, "the first key stays"
                time.sleep(0.1)
        rotate(database_url, directory)
        assert first not in {key.kid for key in signing_keys(database_url).keys}
    return clients
