"""The requests to fastauth and to both references."""

from collections.abc import Iterable
from http import HTTPStatus
from secrets import token_hex
from typing import NamedTuple

from bench.load import HttpConnection, Response, connections, request

PASSWORD = "a password of the benchmark"

PING = request("GET", "/ping")
READY = request("GET", "/health/ready")


class Tokens(NamedTuple):
    """The tokens of a session."""

    access: str
    refresh: str


def register_request(name: str | None = None) -> bytes:
    """Return a registration of this username, or of a new random one."""
    name = name or f"u-{token_hex(8)}"
    body = {"username": name, "password": PASSWORD, "fullname": "Santosh Kumar"}
    return request("POST", "/users/register", body)


def login_request(name: str) -> bytes:
    """Return a log-in."""
    return request("POST", "/sessions", {"username": name, "password": PASSWORD})


def reset_request(identifier: str) -> bytes:
    """Return a request for the reset of a password."""
    return request("POST", "/password-resets", {"identifier": identifier})


def refresh_request(tokens: Tokens) -> bytes:
    """Return a refresh of a session."""
    return request("POST", "/sessions/refresh", {"refresh_token": tokens.refresh})


def me_request(tokens: Tokens) -> bytes:
    """Return ``GET /users/me`` with an access token."""
    return request("GET", "/users/me", token=tokens.access)


async def register(port: int, names: Iterable[str]) -> None:
    """Register users with these usernames."""
    async with connections(port, 1) as (connection,):
        for name in names:
            await expect(HTTPStatus.CREATED, connection, register_request(name))


async def log_in(connection: HttpConnection, name: str) -> Tokens:
    """Log in, and return the tokens."""
    return await tokens_of(HTTPStatus.CREATED, connection, login_request(name))


async def tokens_of(status: HTTPStatus, connection: HttpConnection, sent: bytes) -> Tokens:
    """Send a request, and return the tokens of the response."""
    response = (await expect(status, connection, sent)).json
    return Tokens(response["access_token"], response["refresh_token"])


async def expect(status: HTTPStatus, connection: HttpConnection, sent: bytes) -> Response:
    """Return the response. Fail on another status, which would invalidate the measurement."""
    response = await connection.ask(sent)
    assert response.status == status, response
    return response
