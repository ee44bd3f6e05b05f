"""Processor time of a request, as a multiple of the same request to the stack reference.

One client sends each kind of request over one connection. The order of kinds and servers is random in
every round. The processor time of the server process is read from /proc before and after; SQLite is part
of that process, the processes of PostgreSQL are not. Argon2id runs at its minimum cost, so the result is
the cost of everything but the hash.
"""

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus

from bench.http_requests import (
    PING,
    expect,
    log_in,
    login_request,
    me_request,
    refresh_request,
    register,
    register_request,
    reset_request,
    tokens_of,
)
from bench.load import HttpConnection
from bench.results import Goal, Result
from bench.runs import progress
from bench.second_factors import TotpUsers
from bench.servers import CHEAPEST, LIMITED, NAMES, STACK, Server, serving
from tests.harness.postgres import PostgresServer

GOALS = {"register": Goal(2.0), "log-in": Goal(2.2), "GET /users/me": Goal(1.5)}
"""With the limits of production."""
NAME, OTHER, UNKNOWN = "ann", "bob", "nobody"
"""The user that logs in repeatedly, which ends its oldest sessions; the user of other requests; and a name
that no account has."""
REFUSED, RESET = "refused log-in", "reset request"
"""The second counts with its delivery, in which there is no mail to send."""
TOTP_LOGIN = "log-in with TOTP"
"""Both requests."""


@dataclass(frozen=True)
class Kind:
    """One kind of request to one server."""

    label: str
    server: Server
    ask: Callable[[HttpConnection], Awaitable[object]]
    prepare: Callable[[HttpConnection], Awaitable[object]] | None = None

    async def microseconds(self, number: int) -> float:
        """Return the mean processor time of `number` requests, in microseconds."""
        connection = await HttpConnection.to(self.server.port)
        if self.prepare:
            await self.prepare(connection)
        await self.ask(connection)
        before = self.server.processor_seconds()
        for _ in range(number):
            await self.ask(connection)
        used = self.server.processor_seconds() - before
        connection.close()
        return used / number * 1e6


async def kinds_of(server: Server, number: int) -> list[Kind]:
    """Register users at a server, and return the kinds of requests to it, each to be sent `number` times."""
    await register(server.port, [NAME, OTHER])
    connection = await HttpConnection.to(server.port)
    tokens = await log_in(connection, OTHER)
    connection.close()

    async def logs_in(connection: HttpConnection) -> None:
        nonlocal tokens  # an access token may expire during a run
        tokens = await log_in(connection, OTHER)

    async def refreshed(connection: HttpConnection) -> None:
        nonlocal tokens
        tokens = await tokens_of(HTTPStatus.OK, connection, refresh_request(tokens))

    kinds: dict[str, Callable[[HttpConnection], Awaitable[object]]] = {
        "GET /ping": lambda connection: expect(HTTPStatus.OK, connection, PING),
        "register": lambda connection: expect(HTTPStatus.CREATED, connection, register_request()),
        "log-in": lambda connection: expect(HTTPStatus.CREATED, connection, login_request(NAME)),
        "GET /users/me": lambda connection: expect(HTTPStatus.OK, connection, me_request(tokens)),
    }
    if server.is_fastauth and server.name != LIMITED:  # it limits how often a session may be refreshed
        kinds["refresh"] = refreshed
    if server.is_fastauth:
        totp_users = TotpUsers()
        kinds |= {
            TOTP_LOGIN: totp_users.log_in,
            REFUSED: lambda connection: expect(HTTPStatus.UNAUTHORIZED, connection, login_request(UNKNOWN)),
            RESET: lambda connection: expect(HTTPStatus.ACCEPTED, connection, reset_request(UNKNOWN)),
        }
    prepared = {"GET /users/me": logs_in, "refresh": logs_in}
    if server.is_fastauth:
        prepared[TOTP_LOGIN] = lambda connection: totp_users.enrol(connection, number + 1)
    return [Kind(label, server, ask, prepared.get(label)) for label, ask in kinds.items()]


async def measure(postgres: PostgresServer, *, rounds: int, number: int) -> list[Result]:
    """Return processor times, and their ratios to the stack's of the same round."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    async with AsyncExitStack() as stack:
        kinds: list[Kind] = []
        for name in NAMES:
            kinds += await kinds_of(stack.enter_context(serving(name, postgres, hashing=CHEAPEST)), number)
        for kind in kinds:
            await kind.microseconds(number)  # to warm up
        for _ in progress("processor time", rounds):
            for kind in random.sample(kinds, len(kinds)):
                found[kind.label][kind.server.name].append(await kind.microseconds(number))

    n = f"{rounds} of {number}"
    results = [
        Result(f"CPU of {label}, times the stack's", over(of, of[STACK]), n, GOALS.get(label), LIMITED)
        for label, of in found.items()
        if STACK in of
    ]
    for label, other, goal in (
        ("refresh", "log-in", Goal(1)),
        (TOTP_LOGIN, "log-in", Goal(1.5)),
        (RESET, REFUSED, Goal(1.5)),
    ):
        ratios = {name: _ratios(times, found[other][name]) for name, times in found[label].items()}
        results.append(Result(f"CPU of {label}, times the {other}'s", ratios, n, goal))
    results += [Result(f"µs of CPU, {label}", of, n) for label, of in found.items()]
    return results


def over(found: dict[str, list[float]], base: list[float]) -> dict[str, list[float]]:
    """Return the samples of each server divided by the base sample of the same round."""
    return {name: _ratios(times, base) for name, times in found.items()}


def _ratios(times: list[float], base: list[float]) -> list[float]:
    return [one / other for one, other in zip(times, base, strict=True)]
