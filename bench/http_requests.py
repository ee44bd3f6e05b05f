"""The requests that are sent."""

from collections.abc import Iterable
from http import HTTPStatus
from secrets import token_hex
from typing import NamedTuple

from bench.load import HttpConnection, Response, connections, request

PASSWORD = "a password of the benchmark"

PING = request("GET", "/ping")
READY = request("GET", "/health/ready")


class Tokens(NamedTuple):
    """What a log-in gives."""

    access: str
    refresh: str


def register_request(name: str | None = None) -> bytes:
    """Ask for an account of this name, or of one that nobody has."""
    name = name or f"u-{token_hex(8)}"
    body = {"username": name, "password": PASSWORD, "fullname": "Santosh Kumar"}
    return request("POST", "/users/register", body)


def login_request(name: str) -> bytes:
    """Ask for a session."""
    return request("POST", "/sessions", {"username": name, "password": PASSWORD})


def refresh_request(tokens: Tokens) -> bytes:
    """Ask for the next tokens."""
    return request("POST", "/sessions/refresh", {"refresh_token": tokens.refresh})


def me_request(tokens: Tokens) -> bytes:
    """Ask whose tokens they are."""
    return request("GET", "/users/me", token=tokens.access)


async def register(port: int, names: Iterable[str]) -> None:
    """Register them all."""
    async with connections(port, 1) as (connection,):
        for name in names:
            await expect(HTTPStatus.CREATED, connection, register_request(name))


async def log_in(connection: HttpConnection, name: str) -> Tokens:
    """Log in."""
    return await tokens_of(HTTPStatus.CREATED, connection, login_request(name))


async def tokens_of(status: HTTPStatus, connection: HttpConnection, sent: bytes) -> Tokens:
    """Return the tokens of the answer."""
    response = (await expect(status, connection, sent)).json
    return Tokens(response["access_token"], response["refresh_token"])


async def expect(status: HTTPStatus, connection: HttpConnection, sent: bytes) -> Response:
    """Return the answer. One of another status would make a measurement of something else."""
    response = await connection.ask(sent)
    assert response.status == status, response
    return response
