"""A minimal HTTP/1.1 client: it shares the processor with the server that it measures.

It uses bare sockets and parses only what a persistent connection needs. Every load is bounded in
time and goes to this machine only.
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
PROBE_ADDRESS = "127.0.0.2"
"""The source address of probes: not that of the load, whose connections the server bounds by address."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"\r\nretry-after: *(\d+)\r\n", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Response(NamedTuple):
    """A response: its status, head and body."""

    status: int
    head: bytes
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  any JSON value
        """The parsed body."""
        return json.loads(self.body)

    @property
    def retry_after(self) -> int | None:
        """The seconds of the header Retry-After, or None without one."""
        found = _RETRY_AFTER.search(self.head + b"\r\n")
        return int(found[1]) if found else None


def request(method: str, path: str, body: Mapping[str, str] | None = None, token: str | None = None) -> bytes:
    """Return an encoded request. Its X-Forwarded-For names a random client address."""
    network = ".".join(str(random.randrange(256)) for _ in range(3))
    lines = [f"{method} {path} HTTP/1.1", "host: bench", f"x-forwarded-for: 10.{network}"]
    if token:
        lines.append(f"authorization: Bearer {token}")
    content = json.dumps(body) if body else ""
    if content:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    return "\r\n".join([*lines, "", content]).encode()


class HttpConnection(asyncio.Protocol):
    """A persistent connection with one request at a time."""

    _pending: asyncio.Future[Response] | None = None

    @classmethod
    async def to(cls, port: int, source: str = "127.0.0.1") -> Self:
        """Connect to a port of this machine, from this address of it."""
        _, connection = await asyncio.get_running_loop().create_connection(
            cls, "127.0.0.1", port, local_addr=(source, 0)
        )
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport: Any = transport
        self._received = bytearray()

    def data_received(self, data: bytes) -> None:
        """Collect bytes, and resolve the pending request once its response is complete."""
        self._received += data
        head_end = self._received.find(_HEAD_END)
        if head_end < 0 or self._pending is None or self._pending.done():
            return
        head = bytes(self._received[:head_end])
        length = _LENGTH.search(head)
        end = head_end + len(_HEAD_END) + (int(length[1]) if length else 0)
        if len(self._received) >= end:
            body = bytes(self._received[head_end + len(_HEAD_END) : end])
            del self._received[:end]
            self._pending.set_result(Response(int(head[9:12]), head, body))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the pending request."""
        if self._pending and not self._pending.done():
            self._pending.set_exception(exc or ConnectionResetError("closed before the response"))

    async def ask(self, sent: bytes) -> Response:
        """Send a request and return the response.

        Raises:
            OSError: The connection was closed or reset before the response was complete.
        """
        if self._transport.is_closing():
            raise ConnectionResetError("closed before the request")
        self._pending = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        return await self._pending

    def close(self) -> None:
        """Close the connection at once."""
        self._transport.abort()


def precise_loop() -> asyncio.AbstractEventLoop:
    """Return an event loop on select(2), whose timers are accurate to microseconds; epoll's are to 1 ms.

    select(2) takes file descriptors below 1 024 only, so a burst of clients needs another loop.
    """
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


@asynccontextmanager
async def connections(port: int, number: int) -> AsyncIterator[list[HttpConnection]]:
    """Open `number` connections, and close them afterwards."""
    opened = [await HttpConnection.to(port) for _ in range(number)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


class ResponseTimes(list[float]):
    """When each response with 201 arrived, by `perf_counter`."""

    unavailable = 0
    """The number of responses with 503, which are not in the list."""


@asynccontextmanager
async def flood(port: int, clients: int, sent: Callable[[int], bytes]) -> AsyncIterator[ResponseTimes]:
    """Keep `clients` requests in flight; yield the times of the responses so far.

    ``sent`` makes the next request of the client with this number. The response has to be 201, or 503:
    then the client repeats the request after `RETRY_PAUSE`, which keeps the server saturated.
    """
    times = ResponseTimes()
    over = asyncio.Event()

    async def client(number: int, connection: HttpConnection) -> None:
        while not over.is_set():
            response = await connection.ask(sent(number))
            if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                times.unavailable += 1
                await asyncio.sleep(RETRY_PAUSE)
                continue
            assert response.status == HTTPStatus.CREATED, (
                response
            )  # another status invalidates the measurement
            times.append(perf_counter())

    async with connections(port, clients) as opened, asyncio.TaskGroup() as group:
        for number, connection in enumerate(opened):
            group.create_task(client(number, connection))
        try:
            yield times
        finally:
            over.set()


async def probe(port: int, sent: bytes, *, per_second: float, seconds: float) -> list[float]:
    """Send requests on a fixed schedule, without waiting for earlier responses; return milliseconds.

    Each latency counts from the scheduled time of its request. A stall of the server therefore counts for
    every request that it delays, and not for one (no coordinated omission). The loop needs timers finer
    than milliseconds: see `precise_loop`.
    """
    loop = asyncio.get_running_loop()
    idle: list[HttpConnection] = []
    taken: list[float] = []

    async def one(scheduled: float) -> None:
        connection = idle.pop() if idle else await HttpConnection.to(port, PROBE_ADDRESS)
        response = await connection.ask(sent)
        taken.append((loop.time() - scheduled) * 1_000)
        assert response.status == HTTPStatus.OK, response
        idle.append(connection)

    begins = loop.time() + random.random() / per_second
    async with asyncio.TaskGroup() as group:
        for count in range(int(per_second * seconds)):
            scheduled = begins + count / per_second
            await asyncio.sleep(scheduled - loop.time())
            group.create_task(one(scheduled))
    for connection in idle:
        connection.close()
    return taken


@dataclass
class Burst:
    """What the clients of a burst received."""

    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[float] = field(default_factory=list)
    """Milliseconds until each response with 503."""
    without_retry_after: int = 0
    """The number of responses with 503 that lacked the header Retry-After."""
    failures: Counter[str] = field(default_factory=Counter)
    """Clients that stopped because of a failed connection, by when and how it failed."""


async def burst(port: int, clients: int, *, seconds: float, sent: Callable[[], bytes]) -> Burst:
    """Connect `clients` clients at once, each of which repeats its request for some seconds.

    After a 503 a client waits for the seconds of Retry-After and a random part of as many more.
    """
    met = Burst()
    until = perf_counter() + seconds

    async def repeat_requests(connection: HttpConnection) -> None:
        while perf_counter() < until:
            began = perf_counter()
            response = await connection.ask(sent())
            met.statuses[response.status] += 1
            if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
                met.refusals.append((perf_counter() - began) * 1_000)
                met.without_retry_after += response.retry_after is None
                await asyncio.sleep((response.retry_after or 1) * random.uniform(1, 2))

    async def client() -> None:
        try:
            connection = await HttpConnection.to(port)
        except OSError as error:
            met.failures[f"connect: {type(error).__name__}"] += 1
            return
        try:
            await repeat_requests(connection)
        except OSError as error:
            met.failures[f"request: {type(error).__name__}: {error}"] += 1
        finally:
            connection.close()

    tasks = [asyncio.create_task(client()) for _ in range(clients)]
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return met
