"""A connection of uvicorn's, with a bound on every second of it and on how many there are."""

import asyncio
import math
import socket
import struct
from http import HTTPStatus
from typing import Any

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fastauth.domain.rate_limits.network import network_of
from fastauth.entrypoints.http.middleware.client_address import is_in_networks
from fastauth.entrypoints.http.server.byte_limits import MAX_UNSENT_BYTES, ByteCounter, MessagePart
from fastauth.entrypoints.http.server.rejections import Reason, raw_problem_response

BAD, TOO_LARGE = HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
REASONS = {
    BAD: Reason.MALFORMED,
    TOO_LARGE: Reason.TOO_LARGE,
    HTTPStatus.REQUEST_TIMEOUT: Reason.READ_TIMEOUT,
    HTTPStatus.SERVICE_UNAVAILABLE: Reason.CONNECTION_LIMIT,
}


class BoundedConnection(HttpToolsProtocol):
    """Bound how long one connection may wait for what it sends or takes, and how many there are.

    Of uvicorn this and `Protocol` use the methods of `asyncio.Protocol`, the callbacks of httptools,
    ``on_response_complete`` and ``timeout_keep_alive_handler``, and the attributes ``app``, ``client``,
    ``cycle``, ``flow``, ``headers``, ``loop``, ``parser``, ``server_state``, ``transport`` and ``url``.

    What is wrong is told after the answers that are due, and nothing is read any more. A client that
    hangs up gets no answer, so its password is not hashed unless that has begun. Whatever else a
    request does is done to its end.
    """

    app: Any

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Begin to wait for the first head, if there is room for the connection."""
        super().connection_made(transport)
        state = self.app.state
        settings = state.container.settings()
        self._container, self._connections, self._rejected = (
            state.container,
            state.connections,
            state.rejected_connections,
        )
        self._seconds: float = settings.request_timeout_seconds
        self._wrapped_app, self.app = self.app, self._run_app
        self._address = self.client[0] if self.client else ""
        self._network = network_of(self._address)
        self._read_timeout: asyncio.TimerHandle | None = None
        self._write_timeout: asyncio.TimerHandle | None = None
        self._request_task: asyncio.Task[None] | None = None
        self._counter = ByteCounter()
        self._reading_ended = False
        """Whether nothing is read any more."""
        self._closed = False
        """Whether nobody waits for an answer any more."""
        self._rejection: bytes | None = None
        self._due_after_rejection = 0
        transport.set_write_buffer_limits(high=MAX_UNSENT_BYTES)
        trusted = is_in_networks(settings.trusted_proxies, self._address)
        most = math.inf if trusted else settings.max_pending_connections_per_ip
        if self._connections.add(self, self._network, most):
            self._start_read_timeout()
        else:
            self._reject(HTTPStatus.SERVICE_UNAVAILABLE, "This network has too many connections.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more, and have no password hashed whose sender has gone."""
        self._reading_ended = self._closed = True
        self._cancel_read_timeout()
        self.resume_writing()
        self._connections.remove(self, self._network)
        super().connection_lost(exc)
        self._cancel_hashing()

    def on_response_complete(self) -> None:
        """Begin the next answer, or tell what was wrong with what came after the last one."""
        self._counter.answered()
        if not self._counter.due:
            self._connections.mark_idle(self, self._network)
        self._send_rejection_if_due()
        super().on_response_complete()
        if self.transport.is_closing():
            self._start_write_timeout()

    def pause_writing(self) -> None:
        """Begin to wait for the client to take what was written."""
        super().pause_writing()
        self._start_write_timeout()

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        if self._write_timeout:
            self._write_timeout.cancel()
            self._write_timeout = None

    def evict(self) -> None:
        """Close the connection, which waits for a request, in favour of a newer one."""
        if self._reading_ended:
            self.transport.abort()
        elif self._counter.has_read_message and not self._counter.head:
            # Nothing is written: the client could take it for the response to its next request.
            self._reading_ended = True
            self._rejected.note(Reason.EVICTED, None, self._address)
            self._close(b"")
        else:
            self._reject(HTTPStatus.REQUEST_TIMEOUT, reason=Reason.EVICTED)
        self._connections.remove(self, self._network)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has rested for too long, whatever the client has not read."""
        super().timeout_keep_alive_handler()
        self._start_write_timeout()

    async def _run_app(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer a request; it may be given up while it waits for a hash."""
        self._request_task = asyncio.current_task()
        if self._closed:
            self._cancel_hashing()
        try:
            await self._wrapped_app(scope, receive, send)
        except asyncio.CancelledError:
            if not self._closed:
                raise

    def _cancel_hashing(self) -> None:
        if self._request_task and not self._request_task.done():
            self._container.hashing_pool().cancel_pending(self._request_task)

    def _start_read_timeout(self) -> None:
        """Refuse what is due unless it arrives in time."""
        self._read_timeout = self.loop.call_later(self._seconds, self._read_timed_out)

    def _cancel_read_timeout(self) -> None:
        if self._read_timeout:
            self._read_timeout.cancel()
            self._read_timeout = None

    def _read_timed_out(self) -> None:
        if self.flow.read_paused:  # by uvicorn, until requests that wait are answered
            self._start_read_timeout()
        else:
            self._reject(HTTPStatus.REQUEST_TIMEOUT)

    def _reject(self, status: HTTPStatus, detail: str | None = None, *, reason: Reason | None = None) -> None:
        """Read nothing any more, and tell why after the answers that are due."""
        if self._reading_ended:
            return
        self._reading_ended = True
        self._cancel_read_timeout()
        self._rejected.note(reason or REASONS[status], status, self._address)
        self._rejection = raw_problem_response(status, detail, self.server_state.default_headers)
        if self._counter.part is MessagePart.BODY:
            self._due_after_rejection = int(not self.cycle.response_complete)
            if self.cycle.response_started:
                self._rejection = b""
        self._send_rejection_if_due()

    def _send_rejection_if_due(self) -> None:
        if self._rejection is not None and self._counter.due <= self._due_after_rejection:
            self._close(self._rejection)

    def _close(self, response: bytes) -> None:
        self._closed = True
        self._cancel_read_timeout()
        if not self.transport.is_closing():
            self.transport.write(response)
            self.transport.close()
        self._start_write_timeout()

    def _start_write_timeout(self) -> None:
        """End the connection unless the client takes what was written in time."""
        self._write_timeout = self._write_timeout or self.loop.call_later(
            self._seconds, self._write_timed_out
        )

    def _write_timed_out(self) -> None:
        self._rejected.note(Reason.WRITE_TIMEOUT, None, self._address)
        reset = struct.pack("ii", 1, 0)  # or the kernel keeps what was not taken
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        self.transport.abort()
