"""A small HTTP server for the metrics with limits on connections, bytes and time.

The server of prometheus_client starts a thread for each connection, has no timeout, and discloses its own
version and that of Python in each response.
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
"""Further connections are closed at once. A metrics endpoint has few clients."""

MAX_HEAD_BYTES = 16 * 1024

SECONDS = 5.0
"""Maximum duration of a connection. A scrape takes some milliseconds."""

BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedServer:
    """Serves a WSGI application without request bodies in one thread, one request for each connection.

    Raises:
        OSError: The address cannot be bound.
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
        """The port of the listening socket."""
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        """Stop the server."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._handle, sock=self._listener, limit=MAX_HEAD_BYTES)
        await self._stopping.wait()
        server.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= MAX_CONNECTIONS:
                with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    async with asyncio.timeout(self._seconds):
                        head = await reader.readuntil(b"\r\n\r\n")
                        writer.write(await asyncio.to_thread(self._respond, head))
                        await _until_sent(writer)
        finally:
            self._open -= 1
            writer.transport.abort() if writer.transport.get_write_buffer_size() else writer.close()

    def _respond(self, head: bytes) -> bytes:
        """Return the response of the application to a request with this head."""
        lines = BytesIO(head)
        try:
            method, target, _ = lines.readline().decode("ascii").split()
            headers = parse_headers(lines)
        except (ValueError, HTTPException):
            return BAD_REQUEST
        path, _, query = target.partition("?")
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        started: list[tuple[str, list[tuple[str, str]]]] = []
        body = b"".join(self._application(environ, lambda *start: started.append(start)))
        status, response_headers = started[0]
        response_headers = [*response_headers, ("Content-Length", str(len(body))), ("Connection", "close")]
        lines_sent = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in response_headers), "", ""]
        return "\r\n".join(lines_sent).encode("ascii") + body


async def _until_sent(writer: asyncio.StreamWriter) -> None:
    """Wait until the kernel has accepted all bytes."""
    writer.transport.set_write_buffer_limits(high=0)
    await writer.drain()
