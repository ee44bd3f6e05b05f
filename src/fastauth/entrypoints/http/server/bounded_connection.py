"""A connection of uvicorn with read and write timeouts and a limit on the number of connections."""

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
    """Limits the time for which a connection may be slow, and the number of connections.

    `fastauth.entrypoints.http.server.uvicorn_version` lists the internals of uvicorn that are used.

    After an error nothing more is read, and the error is sent after the pending responses. If the client
    closes the connection, its password hash is cancelled unless it has begun. The rest of a request is
    always completed.
    """

    app: Any

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Start the read timeout of the first head, if the connection limits allow the connection."""
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
        """Whether all further bytes are ignored."""
        self._closed = False
        """Whether responses can no longer reach the client."""
        self._rejection: bytes | None = None
        """The error response to send after the pending responses."""
        self._pending_after_rejection = 0
        transport.set_write_buffer_limits(high=MAX_UNSENT_BYTES)
        trusted = is_in_networks(settings.trusted_proxies, self._address)
        most = math.inf if trusted else settings.max_pending_connections_per_ip
        if self._connections.add(self, self._network, most):
            self._start_read_timeout()
        else:
            self._reject(HTTPStatus.SERVICE_UNAVAILABLE, "This network has too many connections.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timeouts, and the password hash of a pending request."""
        self._reading_ended = self._closed = True
        self._cancel_read_timeout()
        self.resume_writing()
        self._connections.remove(self, self._network)
        super().connection_lost(exc)
        self._cancel_hashing()

    def on_response_complete(self) -> None:
        """Start the next response, or send the rejection of the bytes after the last request."""
        self._counter.complete_response()
        if not self._counter.pending:
            self._connections.mark_idle(self, self._network)
        self._send_rejection_if_due()
        super().on_response_complete()
        if self.transport.is_closing():
            self._start_write_timeout()

    def pause_writing(self) -> None:
        """Pause writing, and start the write timeout."""
        super().pause_writing()
        self._start_write_timeout()

    def resume_writing(self) -> None:
        """Resume writing, and cancel the write timeout."""
        super().resume_writing()
        if self._write_timeout:
            self._write_timeout.cancel()
            self._write_timeout = None

    def evict(self) -> None:
        """Close this idle connection in favour of a newer one."""
        if self._reading_ended:
            self.transport.abort()
        elif self._counter.has_read_message and not self._counter.head:
            # Nothing is written: the client could take it for the response to its next request.
            self._reading_ended = True
            self._rejected.record(Reason.EVICTED, None, self._address)
            self._close(b"")
        else:
            self._reject(HTTPStatus.REQUEST_TIMEOUT, reason=Reason.EVICTED)
        self._connections.remove(self, self._network)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection after the keep-alive timeout, even if the client has not read everything."""
        super().timeout_keep_alive_handler()
        self._start_write_timeout()

    async def _run_app(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Run the application for one request. It may be cancelled while it waits for a hash."""
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
        """Reject the request unless it is complete in time."""
        self._read_timeout = self.loop.call_later(self._seconds, self._read_timed_out)

    def _cancel_read_timeout(self) -> None:
        if self._read_timeout:
            self._read_timeout.cancel()
            self._read_timeout = None

    def _read_timed_out(self) -> None:
        if self.flow.read_paused:  # by uvicorn, while pipelined requests wait
            self._start_read_timeout()
        else:
            self._reject(HTTPStatus.REQUEST_TIMEOUT)

    def _reject(self, status: HTTPStatus, detail: str | None = None, *, reason: Reason | None = None) -> None:
        """Stop reading, and send an error after the pending responses."""
        if self._reading_ended:
            return
        self._reading_ended = True
        self._cancel_read_timeout()
        self._rejected.record(reason or REASONS[status], status, self._address)
        self._rejection = raw_problem_response(status, detail, self.server_state.default_headers)
        if self._counter.part is MessagePart.BODY:
            self._pending_after_rejection = int(not self.cycle.response_complete)
            if self.cycle.response_started:
                self._rejection = b""
        self._send_rejection_if_due()

    def _send_rejection_if_due(self) -> None:
        if self._rejection is not None and self._counter.pending <= self._pending_after_rejection:
            self._close(self._rejection)

    def _close(self, response: bytes) -> None:
        self._closed = True
        self._cancel_read_timeout()
        if not self.transport.is_closing():
            self.transport.write(response)
            self.transport.close()
        self._start_write_timeout()

    def _start_write_timeout(self) -> None:
        """Abort the connection unless the client reads the written bytes in time."""
        self._write_timeout = self._write_timeout or self.loop.call_later(
            self._seconds, self._write_timed_out
        )

    def _write_timed_out(self) -> None:
        self._rejected.record(Reason.WRITE_TIMEOUT, None, self._address)
        reset = struct.pack("ii", 1, 0)  # otherwise the kernel keeps the unread bytes
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        self.transport.abort()
