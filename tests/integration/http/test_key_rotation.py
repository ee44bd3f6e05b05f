"""Keys change without a failed request: those that sign, and the one that seals them."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import chain, groupby
from pathlib import Path

import jwt
from dependency_injector.providers import Object
from jwt.types import Options
from tests.fakes import FakeClock
from tests.harness.client import stolen_key
from tests.harness.editions import IS_THOROUGH, size
from tests.harness.in_process import run_fastauth
from tests.harness.issuer import VERIFIERS, header_of, payload_of
from tests.harness.local_service import LocalService
from tests.harness.service import Client, environment
from tests.harness.sessions import SHARED, TokenPair, a_user, logged_in, tokens_of
from tests.harness.traffic import ROTATIONS, rotated_under_traffic

from fastauth.adapters.jose import RELOAD_AFTER

STEP = timedelta(seconds=1) / size(1, 4)
MAX_STEPS = timedelta(minutes=1) // STEP
MAX_AGE = timedelta(seconds=4)
TOKEN_LIFETIME = timedelta(seconds=2)
ROTATING = SHARED | {
    "FASTAUTH_JWKS_MAX_AGE": str(MAX_AGE.seconds),
    "FASTAUTH_ACCESS_TOKEN_SECONDS": str(TOKEN_LIFETIME.seconds),
}
PAST_EXPIRY: Options = {"verify_exp": False, "verify_iat": False, "verify_aud": False}
"""The clock of the services is not that of PyJWT. `Rotating` verifies tokens as long as they are valid."""


class CachingVerifier:
    """Verifies signatures with the published keys, and caches those for as long as the answer allows."""

    def __init__(self, asked: Client, clock: FakeClock) -> None:
        self._asked, self._clock = asked, clock
        self._good_until = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._keys: dict[str, jwt.PyJWK] = {}

    def accepts(self, token: str) -> bool:
        if self._clock.now() >= self._good_until:
            answer = self._asked.get("/.well-known/jwks.json")
            age = timedelta(seconds=int(answer.headers["cache-control"].partition("max-age=")[2]))
            self._good_until = self._clock.now() + age
            self._keys = {key["kid"]: jwt.PyJWK(key) for key in answer.json()["keys"]}
        kid = header_of(token)["kid"]
        return kid in self._keys and bool(jwt.decode(token, self._keys[kid], ["ES256"], options=PAST_EXPIRY))


class Rotating:
    """Two services, a user of both, and verifiers that have fetched the keys at different times."""

    def __init__(self, services: Sequence[LocalService], clients: Sequence[Client], clock: FakeClock) -> None:
        self.services, self.clients, self.clock = services, clients, clock
        self._began = clock.now()
        self.tokens: TokenPair = logged_in(clients[0], a_user(clients[0]))
        clock.advance(MAX_AGE / 2)  # the other service reads the keys later
        self.valid: list[str] = []
        self.verifiers: list[CachingVerifier] = []
        self.signed_by: list[str] = []
        self.failures: list[str] = []

    def step(self) -> None:
        """Refresh at each service, verify the oldest and the newest token everywhere, and let time pass."""
        newcomers = [CachingVerifier(client, self.clock) for client in self.clients]
        if len(self.verifiers) < len(self.clients) * (MAX_AGE // STEP):
            self.verifiers += newcomers
        for client in self.clients:
            self.tokens = tokens_of(client.refresh(self.tokens))
            self.valid.append(self.tokens["access_token"])
            self.signed_by.append(header_of(self.valid[-1])["kid"])
        now = self.clock.now().timestamp()
        self.valid = [token for token in self.valid if now < payload_of(token)["exp"]]
        for token in (self.valid[0], self.valid[-1]):
            for verifier in chain(self.verifiers, newcomers):
                if not verifier.accepts(token):
                    self.failures.append(f"{now}: a verifier refused {header_of(token)}")
            for client in self.clients:
                if client.me({"access_token": token}).status_code != 200:
                    self.failures.append(f"{now}: a service refused {header_of(token)}")
        self.clock.advance(STEP)

    def step_until(self, condition: Callable[[], bool]) -> None:
        for _ in range(MAX_STEPS):
            if condition():
                return
            self.step()
        raise AssertionError(f"not within {MAX_STEPS * STEP}: {self.signed_by}")

    def reads_keys_now(self) -> bool:
        """Return whether the first service reads the keys at its next request."""
        return (self.clock.now() - self._began) % RELOAD_AFTER == timedelta(0)

    def rotate(self) -> str:
        """Publish the next key, and return its id."""
        keys = self.services[0].act(self.services[0].container.rotate_keys()(early=True))
        return keys.keys[-1].kid

    def publishes(self, kid: str) -> bool:
        answers = [client.get("/.well-known/jwks.json").json()["keys"] for client in self.clients]
        return kid in {key["kid"] for key in chain(*answers)}


def rotating_service(database_url: str, clock: FakeClock) -> LocalService:
    return LocalService(database_url, {"clock": Object(clock)}, **ROTATING)


class TestRotation:
    def test_fails_no_request(self, postgres_url: str) -> None:
        clock = FakeClock()
        with ExitStack() as stack:
            services = [stack.enter_context(rotating_service(postgres_url, clock)) for _ in range(2)]
            clients = [stack.enter_context(service.client()) for service in services]
            rotating = Rotating(services, clients, clock)
            rotating.step()
            signers = [rotating.signed_by[0]]
            for _ in range(ROTATIONS):
                # A service reads the new key at once, a verifier with fresh keys as late as it may.
                rotating.step_until(rotating.reads_keys_now)
                signers.append(rotating.rotate())
                rotating.step_until(lambda: rotating.signed_by[-1] == signers[-1])
            rotating.step_until(lambda: not rotating.publishes(signers[0]))
            rotating.step()
        assert rotating.failures == []
        assert [kid for kid, _ in groupby(rotating.signed_by)] == signers
        assert len(rotating.verifiers) == 2 * (MAX_AGE // STEP)


if IS_THOROUGH:

    class TestRotationOfProcesses:
        """The same at real time, with the caches of the libraries. It takes more than a minute."""

        def test_fails_no_request(self, postgres_url: str, tmp_path: Path) -> None:
            clients = rotated_under_traffic(postgres_url, tmp_path)
            assert clients.failures == []
            assert len(clients.signed_by) == 1 + ROTATIONS
            assert clients.verified.keys() == {*VERIFIERS, "PyJWKClient", "at the end"}
            assert min(clients.verified.values()) > ROTATIONS


KEYS = {name: f"secret key {name}, of no worth " + name * 8 for name in "ABC"}


def with_key(database_url: str, now: str, previous: str | None = None) -> LocalService:
    """Return a process with this secret key, and perhaps one that was or will be in use."""
    return LocalService(database_url, **settings(now, previous))


def settings(now: str, previous: str | None = None) -> dict[str, str]:
    named = {"FASTAUTH_SECRET_KEY": KEYS[now], "FASTAUTH_ISSUER": "http://localhost"}
    return named | ({"FASTAUTH_SECRET_KEY_PREVIOUS": KEYS[previous]} if previous else {})


def refreshed(service: LocalService, tokens: TokenPair) -> TokenPair:
    """Return new tokens of the service, which has to accept the old and the new ones."""
    with service.client() as client:
        assert client.me(tokens).status_code == 200
        tokens = tokens_of(client.refresh(tokens))
        assert client.me(tokens).status_code == 200
    return tokens


def key_ids(service: LocalService) -> list[str]:
    with service.client() as client:
        return [key["kid"] for key in client.get("/.well-known/jwks.json").json()["keys"]]


def refusal(directory: Path, database_url: str, **settings: str) -> str:
    """Return the last line of the service when it refuses to start."""
    result = run_fastauth("serve", settings=environment(database_url, **settings), directory=directory)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr.splitlines(keepends=True)[-1]


class TestSecretKey:
    def test_is_changed_without_ending_a_session(self, database_url: str, tmp_path: Path) -> None:
        with with_key(database_url, "A") as service, service.client() as client:
            tokens, kids = logged_in(client, a_user(client)), key_ids(service)
        with with_key(database_url, "B", previous="A") as service:
            tokens = refreshed(service, tokens)
            assert key_ids(service) == kids
            stolen_key(database_url, KEYS["B"])  # it is sealed anew
        with with_key(database_url, "B") as service:
            refreshed(service, tokens)
            assert key_ids(service) == kids
        assert refusal(tmp_path, database_url, **settings("C")) == (
            "fastauth: the signing keys are encrypted with another secret key; set it as"
            " FASTAUTH_SECRET_KEY or FASTAUTH_SECRET_KEY_PREVIOUS\n"
        )

    def test_is_changed_in_one_process_after_the_other(self, postgres_url: str) -> None:
        # First each process accepts what is made under the new key; then the new key is used.
        steps: list[tuple[tuple[str, str | None], tuple[str, str | None]]] = [
            (("A", None), ("A", "B")),
            (("A", "B"), ("B", "A")),
            (("B", "A"), ("B", None)),
        ]
        tokens: TokenPair | None = None
        for one, other in steps:
            with with_key(postgres_url, *one) as first, with_key(postgres_url, *other) as second:
                if not tokens:
                    with first.client() as client:
                        tokens = logged_in(client, a_user(client))
                for service in (first, second, first, second):
                    tokens = refreshed(service, tokens)
