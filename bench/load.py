"""A client that costs little: it shares its cores with what it measures.

Sockets, and no more HTTP than keeping a connection asks for. Every load is bounded in time, and
goes to this machine alone.
"""

import asyncio
import json
import random
import re
import selectors
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from typing import Any, NamedTuple, Self

RETRY_PAUSE = 0.1  # seconds

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"\r\nretry-after: *(\d+)\r\n", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Response(NamedTuple):
    """What came back."""

    status: int
    head: bytes
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  any JSON value
        """The body's value."""
        return json.loads(self.body)

    @property
    def retry_after(self) -> int | None:
        """How many seconds to wait before the next try, if that was said."""
        found = _RETRY_AFTER.search(self.head + b"\r\n")
        return int(found[1]) if found else None


def request(method: str, path: str, body: Mapping[str, str] | None = None, token: str | None = None) -> bytes:
    """Return a request as it goes over the wire, forwarded for a client at random."""
    network = ".".join(str(random.randrange(256)) for _ in range(3))
    lines = [f"{method} {path} HTTP/1.1", "host: bench", f"x-forwarded-for: 10.{network}"]
    if token:
        lines.append(f"authorization: Bearer {token}")
    content = json.dumps(body) if body else ""
    if content:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    return "\r\n".join([*lines, "", content]).encode()


class HttpConnection(asyncio.Protocol):
    """A connection that asks one thing at a time."""

    _answered: asyncio.Future[Response] | None = None

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin with nothing received."""
        self._transport: Any = transport
        self._received = bytearray()

    def data_received(self, data: bytes) -> None:
        """Note what came; tell once it is an answer."""
        self._received += data
        head_end = self._received.find(_HEAD_END)
        if head_end < 0 or self._answered is None or self._answered.done():
            return
        head = bytes(self._received[:head_end])
        length = _LENGTH.search(head)
        end = head_end + len(_HEAD_END) + (int(length[1]) if length else 0)
        if len(self._received) >= end:
            body = bytes(self._received[head_end + len(_HEAD_END) : end])
            del self._received[:end]
            self._answered.set_result(Response(int(head[9:12]), head, body))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever still waits."""
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("the server has hung up"))

    async def ask(self, sent: bytes) -> Response:
        """Return the answer to a request."""
        if self._transport.is_closing():
            raise ConnectionResetError("the server has hung up")
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        return await self._answered

    def close(self) -> None:
        """Hang up."""
        self._transport.abort()


def precise_loop() -> asyncio.AbstractEventLoop:
    """Return a loop whose timers are good to some microseconds; epoll's are to a millisecond.

    It takes file descriptors below 1 024 alone, which a crowd exceeds: that needs another loop.
    """
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


@asynccontextmanager
async def connections(port: int, number: int) -> AsyncIterator[list[HttpConnection]]:
    """Connect so many times."""
    opened = [await HttpConnection.to(port) for _ in range(number)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


class Responses(list[float]):
    """The moments of the answers so far."""

    refused = 0
    """Answers with 503, which are not among them."""


@asynccontextmanager
async def flood(port: int, clients: int, sent: Callable[[int], bytes]) -> AsyncIterator[Responses]:
    """Have so many clients ask one thing after the other; yield the moments of the answers so far.

    ``sent`` makes the next request of the client of this number. It must be answered by 201, or by
    503: then the client asks again in a moment, so that there are always as many as can be.
    """
    responses = Responses()
    over = asyncio.Event()

    async def client(number: int, connection: HttpConnection) -> None:
        while not over.is_set():
            response = await connection.ask(sent(number))
            if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                responses.refused += 1
                await asyncio.sleep(RETRY_PAUSE)
                continue
            assert response.status == HTTPStatus.CREATED, response  # or it would measure something else
            responses.append(perf_counter())

    async with connections(port, clients) as opened, asyncio.TaskGroup() as group:
        for number, connection in enumerate(opened):
            group.create_task(client(number, connection))
        try:
            yield responses
        finally:
            over.set()


async def probe(port: int, sent: bytes, *, per_second: float, seconds: float) -> list[float]:
    """Ask on schedule, whether or not what was asked before is answered; return the milliseconds taken.

    They count from the scheduled moment, so that a server that stalls is charged for all whom it
    kept waiting, and not for one. The loop's timers must be finer than milliseconds: see `precise_loop`.
    """
    loop = asyncio.get_running_loop()
    resting: list[HttpConnection] = []
    taken: list[float] = []

    async def one(scheduled: float) -> None:
        connection = resting.pop() if resting else await HttpConnection.to(port)
        response = await connection.ask(sent)
        taken.append((loop.time() - scheduled) * 1_000)
        assert response.status == HTTPStatus.OK, response
        resting.append(connection)

    begins = loop.time() + random.random() / per_second
    async with asyncio.TaskGroup() as group:
        for count in range(int(per_second * seconds)):
            scheduled = begins + count / per_second
            await asyncio.sleep(scheduled - loop.time())
            group.create_task(one(scheduled))
    for connection in resting:
        connection.close()
    return taken


@dataclass
class Burst:
    """What clients met who all came at once."""

    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[float] = field(default_factory=list)
    """Milliseconds until each 503."""
    without_retry_after: int = 0
    lost: int = 0
    """Connections that broke."""


async def burst(port: int, clients: int, *, seconds: float, sent: Callable[[], bytes]) -> Burst:
    """Have so many clients come in one moment, and go on for some seconds.

    Who is refused comes again when told to, and somewhat later at random, as a decent client does.
    """
    met = Burst()
    until = perf_counter() + seconds

    async def client() -> None:
        connection = await HttpConnection.to(port)
        try:
            while perf_counter() < until:
                began = perf_counter()
                response = await connection.ask(sent())
                met.statuses[response.status] += 1
                if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                    met.refusals.append((perf_counter() - began) * 1_000)
                    met.without_retry_after += response.retry_after is None
                    await asyncio.sleep((response.retry_after or 1) * random.uniform(1, 2))
        except OSError:
            met.lost += 1
        finally:
            connection.close()

    tasks = [asyncio.create_task(client()) for _ in range(clients)]
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return met
