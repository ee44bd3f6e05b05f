"""The requests that are sent."""

from collections.abc import Iterable
from http import HTTPStatus
from secrets import token_hex
from typing import NamedTuple

from bench.load import Answer, Line, lines, request

PASSWORD = "a password of the benchmark"

PING = request("GET", "/ping")
READY = request("GET", "/health/ready")


class Tokens(NamedTuple):
    """What a log-in gives."""

    access: str
    refresh: str


def registration(name: str | None = None) -> bytes:
    """Ask for an account of this name, or of one that nobody has."""
    name = name or f"u-{token_hex(8)}"
    body = {"username": name, "password": PASSWORD, "fullname": "Santosh Kumar"}
    return request("POST", "/users/register", body)


def log_in(name: str) -> bytes:
    """Ask for a session."""
    return request("POST", "/sessions", {"username": name, "password": PASSWORD})


def refresh(tokens: Tokens) -> bytes:
    """Ask for the next tokens."""
    return request("POST", "/sessions/refresh", {"refresh_token": tokens.refresh})


def me(tokens: Tokens) -> bytes:
    """Ask whose tokens they are."""
    return request("GET", "/users/me", token=tokens.access)


async def register(port: int, names: Iterable[str]) -> None:
    """Register them all."""
    async with lines(port, 1) as (line,):
        for name in names:
            await expect(HTTPStatus.CREATED, line, registration(name))


async def logged_in(line: Line, name: str) -> Tokens:
    """Log in."""
    return await tokens_of(HTTPStatus.CREATED, line, log_in(name))


async def tokens_of(status: HTTPStatus, line: Line, sent: bytes) -> Tokens:
    """Return the tokens of the answer."""
    answer = (await expect(status, line, sent)).json
    return Tokens(answer["access_token"], answer["refresh_token"])


async def expect(status: HTTPStatus, line: Line, sent: bytes) -> Answer:
    """Return the answer. One of another status would make a measurement of something else."""
    answer = await line.ask(sent)
    assert answer.status == status, answer
    return answer
