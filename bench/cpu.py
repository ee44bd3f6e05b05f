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

from bench.figures import Figure, Goal
from bench.load import Line
from bench.requests import PING, expect, log_in, logged_in, me, refresh, register, registration, tokens_of
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
    ask: Callable[[Line], Awaitable[object]]
    prepare: Callable[[Line], Awaitable[object]] | None = None

    async def microseconds(self, number: int) -> float:
        """Return the processor time of one of so many requests."""
        line = await Line.to(self.server.port)
        if self.prepare:
            await self.prepare(line)
        await self.ask(line)
        before = self.server.processor_seconds()
        for _ in range(number):
            await self.ask(line)
        used = self.server.processor_seconds() - before
        line.close()
        return used / number * 1e6


async def kinds_of(server: Server) -> list[Kind]:
    """Return what is asked of a server, ready to be sent."""
    await register(server.port, [NAME, OTHER])
    line = await Line.to(server.port)
    tokens = await logged_in(line, OTHER)
    line.close()

    async def logs_in(line: Line) -> None:
        nonlocal tokens  # a run may take longer than an access token lives
        tokens = await logged_in(line, OTHER)

    async def refreshed(line: Line) -> None:
        nonlocal tokens
        tokens = await tokens_of(HTTPStatus.OK, line, refresh(tokens))

    kinds: dict[str, Callable[[Line], Awaitable[object]]] = {
        "GET /ping": lambda line: expect(HTTPStatus.OK, line, PING),
        "register": lambda line: expect(HTTPStatus.CREATED, line, registration()),
        "log-in": lambda line: expect(HTTPStatus.CREATED, line, log_in(NAME)),
        "GET /users/me": lambda line: expect(HTTPStatus.OK, line, me(tokens)),
    }
    if server.is_fastauth and server.name != LIMITED:  # which bounds how often a session is refreshed
        kinds["refresh"] = refreshed
    uses_a_session = {"GET /users/me", "refresh"}
    return [
        Kind(label, server, ask, logs_in if label in uses_a_session else None) for label, ask in kinds.items()
    ]


async def measure(postgres: PostgresServer, *, rounds: int, number: int) -> list[Figure]:
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
    figures = [
        Figure(f"CPU of {label}, times the stack's", over(of, of[STACK]), n, GOALS.get(label), LIMITED)
        for label, of in found.items()
        if label != "refresh"
    ]
    own = {name: times for name, times in found["log-in"].items() if name in found["refresh"]}
    refreshing = {name: _ratios(found["refresh"][name], times) for name, times in own.items()}
    figures.append(Figure("CPU of refresh, times the log-in's", refreshing, n, Goal(1)))
    figures += [Figure(f"µs of CPU, {label}", of, n) for label, of in found.items()]
    return figures


def over(found: dict[str, list[float]], base: list[float]) -> dict[str, list[float]]:
    """Return what was found as multiples of what was found in the same rounds of another."""
    return {name: _ratios(times, base) for name, times in found.items()}


def _ratios(times: list[float], base: list[float]) -> list[float]:
    return [one / other for one, other in zip(times, base, strict=True)]
