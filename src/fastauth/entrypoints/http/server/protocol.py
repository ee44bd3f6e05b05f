"""HTTP/1.1 by uvicorn and httptools, with limits on all bytes of a message."""

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from fastauth.entrypoints.http.server.bounded_connection import BAD, TOO_LARGE, BoundedConnection
from fastauth.entrypoints.http.server.byte_limits import MAX_HEAD_BYTES, MAX_HEADERS, PARSE_BYTES, MessagePart
from fastauth.entrypoints.http.server.rejections import Reason
from fastauth.entrypoints.http.server.request_heads import head_error, without_upgrade


class HardenedHttpProtocol(BoundedConnection):
    """Reads requests within fixed limits, also while earlier requests are processed; see ADR 0024.

    A head with an ``Upgrade`` header (RFC 9110, 7.8) is parsed a second time without it: httptools ends the
    message there and would parse its body as the next request (Kludex/uvicorn#2722).
    """

    def data_received(self, data: bytes) -> None:
        """Parse received bytes, and check the limits after each chunk."""
        self._unset_keepalive_if_required()
        for start in range(0, len(data), PARSE_BYTES):
            if self._reading_ended:
                self.flow.pause_reading()
                return
            self._read(data[start : start + PARSE_BYTES])

    def on_message_begin(self) -> None:
        """Begin a request head."""
        if not self._reading_ended:
            self._counter.part = MessagePart.HEAD
            super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header, or reject a trailer: httptools calls this for both (RFC 9110, 6.5.1)."""
        if self._reading_ended:
            return
        if self._counter.part is MessagePart.BODY:
            self._reject(BAD, "Trailers are not accepted.")
        elif len(self.headers) == MAX_HEADERS:
            self._reject(TOO_LARGE)
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the request, unless its head is invalid or will be parsed again without ``Upgrade``."""
        if self._reading_ended or self.parser.should_upgrade():
            return
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        version = self.parser.get_http_version()
        if size > MAX_HEAD_BYTES:
            self._reject(TOO_LARGE)
        elif fault := head_error(version, self.headers):
            self._reject(BAD, fault)
        elif not self._counter.has_room_for(size):
            self._rejected.record(Reason.PIPELINE_LIMIT, None, self._address)
            self._reading_ended = True
            self.cycle.keep_alive = False
        else:
            self._cancel_read_timeout()
            self._start_read_timeout()
            self.expect_100_continue &= version != "1.0"  # RFC 9110, 10.1.1
            super().on_headers_complete()
            self._counter.begin_body(size)
            self._connections.mark_busy(self, self._network)
            if self._container.shutdown().in_progress:
                self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Add a part of the body, up to one byte more than its limit."""
        if not self._reading_ended and (kept := self._counter.count_content(len(body))):
            super().on_body(body[:kept])

    def on_message_complete(self) -> None:
        """End the request."""
        if not (self._reading_ended or self.parser.should_upgrade()):
            self._cancel_read_timeout()
            self._counter.end_message()
            super().on_message_complete()
            self._reading_ended = not self.cycle.keep_alive

    def _read(self, piece: bytes) -> None:
        """Parse a chunk, enforce the limits, and start the read timeout if a head has begun."""
        size, position, rest = len(piece), self._counter.position, piece
        while rest and not self._reading_ended:
            try:
                self.parser.feed_data(rest)
                break
            except HttpParserUpgrade as offer:
                rest = self._without_upgrade() + rest[offer.args[0] :]
            except HttpParserError:
                self._reject(BAD, "This is not HTTP.")
        self._counter.count(size, since=position)
        if self._counter.head_is_too_large:
            self._reject(TOO_LARGE)
        elif self._counter.framing_is_too_large:
            self._reject(BAD, "The body has too many chunks for its size.")
        elif self._counter.head and not self._read_timeout and not self._reading_ended:
            self._start_read_timeout()

    def _without_upgrade(self) -> bytes:
        """Return the parsed head without ``Upgrade``, and continue with a new parser."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if method == b"CONNECT":
            self._reject(BAD, "CONNECT is not supported.")
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        return without_upgrade(method, self.url, version, self.headers)
