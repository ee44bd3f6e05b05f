"""A running service, verifiers of its tokens, and a forger of them."""

import base64
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx2
from tests.attacks.token_forgeries.forger import Forger
from tests.harness.client import Answer, Person, get_me, stolen_key
from tests.harness.postgres import free_port
from tests.harness.service import NO_TLS, Service
from tests.interop import (
    with_authlib,
    with_client,
    with_joserfc,
    with_jwcrypto,
    with_old_authlib,
    with_pyjwt,
)
from tests.interop.published_keys import InvalidToken

SECRET_KEY = "a secret key of the tests, of no worth"
AUDIENCE = "https://api.example"

Verify = Callable[[str], dict[str, Any]]
MakeVerifier = Callable[[str, str], Verify]
"""Makes a verifier for an issuer and an audience."""

VERIFIERS: dict[str, MakeVerifier] = {
    "fastauth-client": with_client.Verifier,
    "PyJWT": with_pyjwt.Verifier,
    "joserfc": with_joserfc.Verifier,
    "jwcrypto": with_jwcrypto.Verifier,
    "Authlib": with_authlib.Verifier,
    "authlib.jose": with_old_authlib.Verifier,
}
LIBRARIES = {"ES256": list(VERIFIERS), "Ed25519": ["fastauth-client", "joserfc", "jwcrypto"]}
"""Verifiers by algorithm. PyJWT and Authlib do not accept Ed25519 by the name that RFC 9864 gives it."""


class Listener:
    """An address to which no request must come."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._socket.settimeout(0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    @property
    def has_a_visitor(self) -> bool:
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True


@dataclass
class Issuer:
    """All of them."""

    service: Service
    algorithm: str
    person: Person
    verifiers: dict[str, Verify]
    forger: Forger
    listener: Listener

    def ask(self, token: str) -> Answer:
        return get_me(self.service, f"Bearer {token}")

    def trusting(self, token: str) -> list[str]:
        """Return the verifiers that accept a token."""
        trusting = []
        for name, verify in self.verifiers.items():
            try:
                verify(token)
            except InvalidToken:
                continue
            trusting.append(name)
        return trusting


@contextmanager
def an_issuer(database_url: str, algorithm: str) -> Iterator[Issuer]:
    port = free_port()
    settings = {
        "FASTAUTH_PORT": str(port),
        "FASTAUTH_ISSUER": f"http://127.0.0.1:{port}",
        "FASTAUTH_SECRET_KEY": SECRET_KEY,
        "FASTAUTH_AUDIENCE": AUDIENCE,
        "FASTAUTH_SIGNING_ALGORITHM": algorithm,
    }
    with Service(database_url, **settings) as service, Listener() as listener:
        person, other = Person(service), Person(service)
        leaving = person.log_in()
        person.log_out(leaving)
        forger = Forger(
            key=stolen_key(database_url, SECRET_KEY),
            jwk=httpx2.get(f"{service.url}/.well-known/jwks.json", verify=NO_TLS).json()["keys"][0],
            access_token=person.tokens.access,
            claims=payload_of(person.tokens.access),
            refresh_token=person.tokens.refresh,
            other_claims=payload_of(other.tokens.access),
            ended_claims=payload_of(leaving.access),
            listener=listener.url,
        )
        with made(service.url, {name: VERIFIERS[name] for name in LIBRARIES[algorithm]}) as verifiers:
            yield Issuer(service, algorithm, person, verifiers, forger, listener)


@contextmanager
def made(issuer: str, makers: Mapping[str, MakeVerifier]) -> Iterator[dict[str, Verify]]:
    """Yield verifiers by their names, and close those that have to be closed."""
    with ExitStack() as stack:
        verifiers = {name: make(issuer, AUDIENCE) for name, make in makers.items()}
        for each in verifiers.values():
            if isinstance(each, with_client.Verifier):
                stack.callback(each.close)
        yield verifiers


def header_of(token: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))
    return header


def payload_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims
