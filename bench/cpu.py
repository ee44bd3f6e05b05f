"""Processor time of a request, as a multiple of what the same request takes the stack's reference.

One client with one connection sends each kind of request in turn, the kinds and the servers
shuffled anew in every round. What the server's process has used before and after is read from
/proc; Postgres' own processes are not counted, SQLite is part of the process. The hash is at its
cheapest, so that what is left is everything else.
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
    tokens_of,
)
from bench.load import HttpConnection
from bench.results import Goal, Result
from bench.runs import progress
from bench.servers import CHEAPEST, LIMITED, NAMES, STACK, Server, serving
from tests.harness.postgres import PostgresServer

GOALS = {"register": Goal(2.0), "log-in": Goal(2.2), "GET /users/me": Goal(1.5)}
"""With the limits of production."""
NAME, OTHER = "ann", "bob"
"""Who logs in again and again, which ends the oldest sessions of an account; and whose session is used."""


@dataclass(frozen=True)
class Kind:
    """One kind of request to one server."""

    label: str
    server: Server
    ask: Callable[[HttpConnection], Awaitable[object]]
    prepare: Callable[[HttpConnection], Awaitable[object]] | None = None

    async def microseconds(self, number: int) -> float:
        """Return the processor time of one of so many requests."""
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


async def kinds_of(server: Server) -> list[Kind]:
    """Return what is asked of a server, ready to be sent."""
    await register(server.port, [NAME, OTHER])
    connection = await HttpConnection.to(server.port)
    tokens = await log_in(connection, OTHER)
    connection.close()

    async def logs_in(connection: HttpConnection) -> None:
        nonlocal tokens  # a run may take longer than an access token lives
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
    if server.is_fastauth and server.name != LIMITED:  # which bounds how often a session is refreshed
        kinds["refresh"] = refreshed
    uses_a_session = {"GET /users/me", "refresh"}
    return [
        Kind(label, server, ask, logs_in if label in uses_a_session else None) for label, ask in kinds.items()
    ]


async def measure(postgres: PostgresServer, *, rounds: int, number: int) -> list[Result]:
    """Return the multiples."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    async with AsyncExitStack() as stack:
        kinds: list[Kind] = []
        for name in NAMES:
            kinds += await kinds_of(stack.enter_context(serving(name, postgres, hashing=CHEAPEST)))
        for kind in kinds:
            await kind.microseconds(number)  # to warm up
        for _ in progress("processor time", rounds):
            for kind in random.sample(kinds, len(kinds)):
                found[kind.label][kind.server.name].append(await kind.microseconds(number))

    n = f"{rounds} of {number}"
    results = [
        Result(f"CPU of {label}, times the stack's", over(of, of[STACK]), n, GOALS.get(label), LIMITED)
        for label, of in found.items()
        if label != "refresh"
    ]
    own = {name: times for name, times in found["log-in"].items() if name in found["refresh"]}
    refreshing = {name: _ratios(found["refresh"][name], times) for name, times in own.items()}
    results.append(Result("CPU of refresh, times the log-in's", refreshing, n, Goal(1)))
    results += [Result(f"µs of CPU, {label}", of, n) for label, of in found.items()]
    return results


def over(found: dict[str, list[float]], base: list[float]) -> dict[str, list[float]]:
    """Return what was found as multiples of what was found in the same rounds of another."""
    return {name: _ratios(times, base) for name, times in found.items()}


def _ratios(times: list[float], base: list[float]) -> list[float]:
    return [one / other for one, other in zip(times, base, strict=True)]
