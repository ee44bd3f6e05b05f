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
from fastauth.entrypoints.http.middleware.client_address import is_one_of
from fastauth.entrypoints.http.server.byte_limits import MOST_UNREAD_BYTES, Meter, Part
from fastauth.entrypoints.http.server.rejections import Reason, raw_answer

BAD, TOO_LARGE = HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
REASONS = {
    BAD: Reason.MALFORMED,
    TOO_LARGE: Reason.TOO_LARGE,
    HTTPStatus.REQUEST_TIMEOUT: Reason.TOO_SLOW,
    HTTPStatus.SERVICE_UNAVAILABLE: Reason.NO_ROOM,
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
        self._container, self._connections, self._refusals = (
            state.container,
            state.connections,
            state.refusals,
        )
        self._seconds: float = settings.request_timeout_seconds
        self._inner, self.app = self.app, self._answer
        self._address = self.client[0] if self.client else ""
        self._network = network_of(self._address)
        self._late: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._answering: asyncio.Task[None] | None = None
        self._meter = Meter()
        self._ended = False
        """Whether nothing is read any more."""
        self._gone = False
        """Whether nobody waits for an answer any more."""
        self._last_words: bytes | None = None
        self._due_after_last_words = 0
        transport.set_write_buffer_limits(high=MOST_UNREAD_BYTES)
        trusted = is_one_of(settings.trusted_proxies, self._address)
        most = math.inf if trusted else settings.connections_per_address
        if self._connections.opened(self, self._network, most):
            self._wait()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "This network has too many connections.")

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more, and have no password hashed whose sender has gone."""
        self._ended = self._gone = True
        self._stop_waiting()
        self.resume_writing()
        self._connections.closed(self, self._network)
        super().connection_lost(exc)
        self._give_up()

    def on_response_complete(self) -> None:
        """Begin the next answer, or tell what was wrong with what came after the last one."""
        self._meter.answered()
        if not self._meter.due:
            self._connections.waits(self, self._network)
        self._speak_if_due()
        super().on_response_complete()
        if self.transport.is_closing():
            self._wait_for_the_reader()

    def pause_writing(self) -> None:
        """Begin to wait for the client to take what was written."""
        super().pause_writing()
        self._wait_for_the_reader()

    def resume_writing(self) -> None:
        """Go on writing."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def make_room(self) -> None:
        """Close the connection, which waits for a request, in favour of a newer one."""
        if self._ended:
            self.transport.abort()
        elif self._meter.has_read_a_message and not self._meter.head:
            self._ended = True  # and say nothing: the client could take it for the answer to its next request
            self._refusals.note(Reason.MADE_ROOM, None, self._address)
            self._hang_up(b"")
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, reason=Reason.MADE_ROOM)
        self._connections.closed(self, self._network)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has rested for too long, whatever the client has not read."""
        super().timeout_keep_alive_handler()
        self._wait_for_the_reader()

    async def _answer(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        """Answer a request; it may be given up while it waits for a hash."""
        self._answering = asyncio.current_task()
        if self._gone:
            self._give_up()
        try:
            await self._inner(scope, receive, send)
        except asyncio.CancelledError:
            if not self._gone:
                raise

    def _give_up(self) -> None:
        if self._answering and not self._answering.done():
            self._container.hashing_pool().cancel_pending(self._answering)

    def _wait(self) -> None:
        """Refuse what is due unless it arrives in time."""
        self._late = self.loop.call_later(self._seconds, self._too_late)

    def _stop_waiting(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        if self.flow.read_paused:  # by uvicorn, until requests that wait are answered
            self._wait()
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _refuse(self, status: HTTPStatus, detail: str | None = None, *, reason: Reason | None = None) -> None:
        """Read nothing any more, and tell why after the answers that are due."""
        if self._ended:
            return
        self._ended = True
        self._stop_waiting()
        self._refusals.note(reason or REASONS[status], status, self._address)
        self._last_words = raw_answer(status, detail, self.server_state.default_headers)
        if self._meter.part is Part.BODY:
            self._due_after_last_words = int(not self.cycle.response_complete)
            if self.cycle.response_started:
                self._last_words = b""
        self._speak_if_due()

    def _speak_if_due(self) -> None:
        if self._last_words is not None and self._meter.due <= self._due_after_last_words:
            self._hang_up(self._last_words)

    def _hang_up(self, last_words: bytes) -> None:
        self._gone = True
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(last_words)
            self.transport.close()
        self._wait_for_the_reader()

    def _wait_for_the_reader(self) -> None:
        """End the connection unless the client takes what was written in time."""
        self._unread = self._unread or self.loop.call_later(self._seconds, self._abort)

    def _abort(self) -> None:
        self._refusals.note(Reason.NOT_READ, None, self._address)
        reset = struct.pack("ii", 1, 0)  # or the kernel keeps what was not taken
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        self.transport.abort()
