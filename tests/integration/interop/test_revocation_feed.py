"""The client library follows the revocation feed of the real service."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pytest
from tests.builders import a_registration
from tests.harness import processes
from tests.harness.service import DEADLINE, Client, Service

from fastauth_client import InvalidToken, Revocations, Revoked, Verifier

Tokens = Mapping[str, str]


@dataclass
class User:
    """A user with a log-in, and a service that verifies the tokens of it."""

    service: Service
    client: Client
    verifier: Verifier

    def __post_init__(self) -> None:
        self.registration: dict[str, str] = a_registration()
        assert self.service.register(self.registration).status_code == 201
        self.log_in()

    @property
    def name(self) -> str:
        return self.registration["username"]

    def log_in(self) -> None:
        self.tokens: Tokens = self.client.log_in(self.registration).json()

    def refresh(self) -> None:
        self.tokens = self.client.refresh(self.tokens).json()

    def is_refused(self) -> bool:
        try:
            self.verifier.verify_sync(self.tokens["access_token"])
        except Revoked:
            return True
        return False

    def roles(self) -> frozenset[str] | None:
        """Return the roles of the access token; ``None`` if it is not accepted."""
        try:
            return self.verifier.verify_sync(self.tokens["access_token"]).roles
        except (Revoked, InvalidToken):
            return None


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(f"sqlite:///{tmp_path_factory.mktemp('feed')}/fastauth.db") as service:
        yield service


@pytest.fixture(scope="module")
def verifier(service: Service) -> Iterator[Verifier]:
    secret = service.run("clients", "create", "orders").strip()
    verifier = Verifier(service.url, audience=service.url, revocations=Revocations(client_secret=secret))
    verifier.start()
    yield verifier
    verifier.close()


@pytest.fixture
def user(service: Service, verifier: Verifier) -> Iterator[User]:
    with service.client() as client:
        yield User(service, client, verifier)


def wait_until(condition: Callable[[], bool]) -> None:
    processes.wait_until(condition, "the verifier does not learn of it", deadline=DEADLINE)


def wait_for_roles(user: User, *roles: str) -> None:
    """Refresh until the token has these roles and is accepted.

    One of the second of a revocation is refused. A service may sign for 5 s with a key that was withdrawn.
    """

    def has_roles() -> bool:
        user.refresh()
        return user.roles() == frozenset(roles)

    wait_until(has_roles)


def test_ended_sessions_are_refused(user: User) -> None:
    for end in (
        lambda: user.client.log_out(user.tokens),
        lambda: user.client.log_out(user.tokens, where=""),
        lambda: user.service.run("users", "revoke-sessions", user.name),
    ):
        wait_for_roles(user)
        end()
        wait_until(user.is_refused)
        user.log_in()


def test_role_that_was_taken_away_is_refused_until_the_refresh(user: User) -> None:
    wait_for_roles(user)
    user.service.run("users", "grant", user.name, "auditor")
    wait_for_roles(user, "auditor")
    user.service.run("users", "revoke", user.name, "auditor")
    wait_until(user.is_refused)
    wait_for_roles(user)


def test_withdrawn_signing_key_is_refused(user: User) -> None:
    wait_for_roles(user)
    header = user.tokens["access_token"].partition(".")[0]
    user.service.run("keys", "revoke", json.loads(urlsafe_b64decode(header + "=="))["kid"])
    wait_until(user.is_refused)
