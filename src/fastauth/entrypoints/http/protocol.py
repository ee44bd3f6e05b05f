"""HTTP/1.1 as uvicorn speaks it, where that falls short of RFC 9110 and of what holds for every answer."""

import asyncio
import math
from http import HTTPStatus
from typing import ClassVar

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from fastauth.entrypoints.http.client_address import is_one_of
from fastauth.entrypoints.http.edge import dressed, new_request_id
from fastauth.entrypoints.http.problems import answer, details_of_status
from fastauth.entrypoints.stopping import Stopping

MOST_HEAD_BYTES = 16 * 1024
"""Request line and headers together; an access token has less than 1 KiB."""


class Protocol(HttpToolsProtocol):
    """Bound the time and size of requests, ignore offers to upgrade, tell what is not HTTP.

    uvicorn waits for a request for as long as a client likes, and reads headers of any length. Here
    a head has to arrive within some seconds, and a body within as many again, however it drips. Of
    the connections of one address that wait for a head, the oldest makes room where there are too
    many, unless a trusted proxy holds them for others.

    A client that hangs up gets no answer, so its password is not hashed unless that has begun. Whatever
    else a request does is done to its end.

    Upgrades (RFC 9110, section 7.8): httptools ends a message at a head that offers one, and uvicorn
    takes the body that follows for the next request (Kludex/uvicorn#2722): whoever writes a body
    could write a request. So such a head is read a second time, without the offer.
    """

    _waiting: ClassVar[dict[str, dict["Protocol", None]]] = {}
    """Who has yet to send a head, by address, in the order of their coming."""

    _deadline: asyncio.TimerHandle | None = None
    _answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Begin to wait for the first head."""
        super().connection_made(transport)
        container = self.app.state.container
        self._stopping: Stopping = container.stopping()
        settings = container.settings()
        self._seconds: float = settings.request_timeout_seconds
        holds_for_others = is_one_of(settings.trusted_proxies, self._address)
        self._most_of_one_address = math.inf if holds_for_others else settings.connections_per_address
        self._hung_up = False
        self._head_bytes = 0
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more, and have no password hashed whose sender has gone."""
        self._hung_up = True
        self._stop_waiting()
        super().connection_lost(exc)
        self._give_up()

    def data_received(self, data: bytes) -> None:
        """Read what the client has sent."""
        self._unset_keepalive_if_required()
        if self._hung_up:
            return
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as offer:
            if self.parser.get_method() == b"CONNECT":
                self.send_400_response("CONNECT is for proxies.")
                return
            head = self._head_without_offer()
            self.parser = HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
            self.data_received(head + data[offer.args[0] :])
        except HttpParserError:
            self.send_400_response("This is not HTTP.")
        else:
            self._judge_what_came(len(data))

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head is too long or is about to be read again."""
        if self.parser.should_upgrade():
            return
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MOST_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if not self._hung_up:
            self._stop_waiting()
            self._wait(for_head=False)
            super().on_headers_complete()
            if self._stopping.has_begun:
                self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if not self._hung_up:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        if not (self._hung_up or self.parser.should_upgrade()):
            self._stop_waiting()
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Tell what is wrong, and hang up."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Begin to answer a request; it may be given up where it waits to be hashed for."""

        async def answer_while_somebody_waits(
            scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
        ) -> None:
            self._answering = asyncio.current_task()
            if self._hung_up:
                self._give_up()
            try:
                await app(scope, receive, send)
            except asyncio.CancelledError:
                if not self._hung_up:
                    raise

        super()._start_asgi_task(cycle, answer_while_somebody_waits)

    def _give_up(self) -> None:
        if self._answering and not self._answering.done():
            self.app.state.container.hashing_pool().give_up(self._answering)

    def _judge_what_came(self, size: int) -> None:
        if self._hung_up or not self._is_between_requests():
            return
        self._head_bytes += size
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._deadline is None:
            self._wait()

    def _is_between_requests(self) -> bool:
        """Say whether a head is what comes next."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or (cycle.response_complete and not cycle.more_body)

    def _wait(self, *, for_head: bool = True) -> None:
        """Hang up unless what is due arrives in time."""
        self._deadline = self.loop.call_later(self._seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)
        if for_head:
            others = self._waiting.setdefault(self._address, {})
            others[self] = None
            if len(others) > self._most_of_one_address:
                next(iter(others))._refuse(HTTPStatus.REQUEST_TIMEOUT)  # noqa: SLF001  one of our own

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None
        others = self._waiting.get(self._address, {})
        others.pop(self, None)
        if not others:
            self._waiting.pop(self._address, None)

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _refuse(self, status: HTTPStatus, detail: str | None = None) -> None:
        """Tell that there will be no answer, where none has begun, and hang up."""
        if self._hung_up:
            return
        self._hung_up = True
        self._stop_waiting()
        if self._is_between_requests() or not self.cycle.response_started:
            self.transport.write(self._told(status, detail))
        self.transport.close()

    def _told(self, status: HTTPStatus, detail: str | None) -> bytes:
        details = details_of_status(status)
        told = answer(details.model_copy(update={"detail": detail}) if detail else details)
        own = [*self.server_state.default_headers, *told.raw_headers, (b"connection", b"close")]
        lines = [b"%s: %s" % header for header in dressed(own, request_id=new_request_id())]
        first = b"HTTP/1.1 %d %s" % (status, status.phrase.encode())
        return b"\r\n".join([first, *lines, b"", bytes(told.body)])

    def _head_without_offer(self) -> bytes:
        version = self.parser.get_http_version().encode()
        request = b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)
        kept = [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([request, *kept, b"", b""])
