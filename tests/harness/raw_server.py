"""A TCP server on loopback that answers as a test says, whatever HTTP allows."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from ssl import SSLContext

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class RawServer:
    """The port, and the requests that came, each as far as its head and body are known."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)


def replying(response: bytes) -> Answer:
    """Return an answer of exactly these bytes."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(response)
        await writer.drain()

    return answer


@asynccontextmanager
async def raw_server(answer: Answer, *, tls: SSLContext | None = None) -> AsyncIterator[RawServer]:
    """Serve until the block ends. Each connection gets one answer and is closed."""
    server = RawServer()
    open_tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        open_tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.lower().split(b"\r\n")
                        if b"content-length" in line
                    ),
                    0,
                )
                server.requests.append(head + await reader.readexactly(length))
                await answer(writer)
        finally:
            open_tasks.discard(task)
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tuple(open_tasks):
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


@contextmanager
def refusing_port() -> Iterator[int]:
    """Yield a port on which no process listens, and that no other program gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        yield port
