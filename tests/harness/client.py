"""A client of the service, and the keys with which tokens are forged."""

import asyncio
import json
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from tests.attacks.token_forgeries.keys import PrivateKey
from tests.builders import a_registration
from tests.harness.databases import AUDIT_COLUMNS, connect
from tests.harness.service import DEADLINE, NO_TLS, Service

from fastauth.adapters.jose import JoseSecretBox, JoseSigningKeyGenerator
from fastauth.adapters.sql import SqlSigningKeyRepository
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.signing_keys.key_set import KeySet


@dataclass
class TokenPair:
    access: str
    refresh: str


class Person:
    """A user with an account, logged in."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.registration = a_registration()
        self.id: int = service.register(self.registration).json()["id"]
        self.tokens = self.log_in()

    def log_in(self) -> TokenPair:
        answer = httpx2.post(
            f"{self.service.url}/sessions", json=self.registration, timeout=DEADLINE, verify=NO_TLS
        )
        return _tokens(answer, 201)

    def refresh(self) -> TokenPair:
        body = {"refresh_token": self.tokens.refresh}
        answer = httpx2.post(
            f"{self.service.url}/sessions/refresh", json=body, timeout=DEADLINE, verify=NO_TLS
        )
        self.tokens = _tokens(answer, 200)
        return self.tokens

    def log_out(self, tokens: TokenPair) -> None:
        headers = {"Authorization": f"Bearer {tokens.access}"}
        answer = httpx2.delete(
            f"{self.service.url}/sessions/current", headers=headers, timeout=DEADLINE, verify=NO_TLS
        )
        assert answer.status_code == 204, answer.text


def _tokens(answer: httpx2.Response, status: int) -> TokenPair:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body.pop("device_token", "fa_dev_")[:7] == "fa_dev_"
    assert (body["token_type"], body.keys()) == (
        "Bearer",
        {"access_token", "token_type", "expires_in", "refresh_token"},
    )
    return TokenPair(body["access_token"], body["refresh_token"])


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> object:
        return json.loads(self.body).get("code")


HUNG_UP = Answer(0, {}, b"{}")
"""The service closed the connection before it had read the request, and its answer is lost."""


def get_me(service: Service, *authorization: bytes | str) -> Answer:
    """Send these headers byte by byte, also those that no correct client would send."""
    lines = [b"GET /users/me HTTP/1.1", b"Host: fastauth", b"Connection: close"]
    lines += [
        b"Authorization: " + (each if isinstance(each, bytes) else each.encode()) for each in authorization
    ]
    with socket.create_connection(("127.0.0.1", service.port), DEADLINE) as line:
        try:
            line.sendall(b"\r\n".join([*lines, b"", b""]))
            response = HTTPResponse(line, method="GET")
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        except ConnectionError:
            return HUNG_UP


def signing_keys(database_url: str) -> KeySet:
    """Return the keys as they are in the database."""

    async def read() -> KeySet:
        database = connect(database_url)
        try:
            return await SqlSigningKeyRepository(
                connections=database.autocommit, audit_columns=AUDIT_COLUMNS
            ).load()
        finally:
            await database.close()

    return asyncio.run(read())


def stolen_key(database_url: str, secret_key: str) -> PrivateKey:
    """Return the key that signs at present. An attacker who has the secret key can get it."""
    newest = signing_keys(database_url).keys[-1]
    key_generator = JoseSigningKeyGenerator(
        algorithm=newest.algorithm, secret_box=JoseSecretBox(SecretKey(secret_key.encode()))
    )
    key: Any = key_generator.private_key(newest).private_key
    assert isinstance(key, (ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey))
    return key
