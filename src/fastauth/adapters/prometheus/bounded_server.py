"""A small HTTP server for the metrics, with a bound on connections, on bytes and on seconds.

That of prometheus_client starts a thread for each connection, waits for as long as a client likes,
and names itself and Python in every answer.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from http.client import HTTPException, parse_headers
from io import BytesIO
from typing import Any

Application = Callable[[dict[str, Any], Callable[[str, list[tuple[str, str]]], object]], Iterable[bytes]]

MAX_CONNECTIONS = 16
"""Those who scrape are few. One connection more is closed at once."""

MAX_HEAD_BYTES = 16 * 1024

SECONDS = 5.0
"""For a connection from its beginning to its end. A scrape takes some milliseconds."""

BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedServer:
    """Serves a WSGI application that reads no body, one request on each connection, in one thread.

    Raises:
        OSError: The address is not to be had.
    """

    def __init__(self, application: Application, host: str, port: int, *, seconds: float = SECONDS) -> None:
        self._application = application
        self._seconds = seconds
        self._open = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, port), family=family)
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Serve nobody any more."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._take, sock=self._listener, limit=MAX_HEAD_BYTES)
        await self._stopping.wait()
        server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MAX_CONNECTIONS:
                with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    async with asyncio.timeout(self._seconds):
                        head = await reader.readuntil(b"\r\n\r\n")
                        writer.write(await asyncio.to_thread(self._answer, head))
                        await _until_taken(writer)
        finally:
            self._open -= 1
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    def _answer(self, head: bytes) -> bytes:
        """Return the application's answer to a request with this head."""
        lines = BytesIO(head)
        try:
            method, target, _ = lines.readline().decode("ascii").split()
            headers = parse_headers(lines)
        except (ValueError, HTTPException):
            return BAD_REQUEST
        path, _, query = target.partition("?")
        asked = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
        asked |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        started: list[tuple[str, list[tuple[str, str]]]] = []
        body = b"".join(self._application(asked, lambda *start: started.append(start)))
        status, own = started[0]
        own = [*own, ("Content-Length", str(len(body))), ("Connection", "close")]
        told = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in own), "", ""]
        return "\r\n".join(told).encode("ascii") + body


async def _until_taken(writer: asyncio.StreamWriter) -> None:
    """Return once the system has taken every byte that was written."""
    writer.transport.set_write_buffer_limits(high=0)
    await writer.drain()
