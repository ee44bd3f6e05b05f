"""HTTP/1.1 as uvicorn reads it with httptools, with a bound on every byte of a message."""

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from fastauth.entrypoints.http.server.bounded_connection import BAD, TOO_LARGE, BoundedConnection
from fastauth.entrypoints.http.server.byte_limits import MOST_HEAD_BYTES, MOST_HEADERS, PIECE, Part
from fastauth.entrypoints.http.server.rejections import Reason
from fastauth.entrypoints.http.server.request_heads import fault_of, without_upgrade


class HardenedHttpProtocol(BoundedConnection):
    """Read requests, each of which is bounded whatever else goes on; see docs/adr/0024.

    A head that offers an upgrade (RFC 9110, 7.8) is read a second time, without the offer: httptools
    ends the message there, and would take its body for the next request (Kludex/uvicorn#2722).
    """

    def data_received(self, data: bytes) -> None:
        """Read what the client has sent, and look at the bounds after each piece."""
        self._unset_keepalive_if_required()
        for start in range(0, len(data), PIECE):
            if self._ended:
                self.flow.pause_reading()
                return
            self._read(data[start : start + PIECE])

    def on_message_begin(self) -> None:
        """Begin a head."""
        if not self._ended:
            self._meter.part = Part.HEAD
            super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. httptools calls this for trailers, too, which are no headers (RFC 9110, 6.5.1)."""
        if self._ended:
            return
        if self._meter.part is Part.BODY:
            self._refuse(BAD, "Trailers are not accepted.")
        elif len(self.headers) == MOST_HEADERS:
            self._refuse(TOO_LARGE)
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head is not acceptable or is about to be read again."""
        if self._ended or self.parser.should_upgrade():
            return
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        version = self.parser.get_http_version()
        if size > MOST_HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif fault := fault_of(version, self.headers):
            self._refuse(BAD, fault)
        elif not self._meter.has_room_for(size):
            self._refusals.note(Reason.QUEUE, None, self._address)
            self._ended = True
            self.cycle.keep_alive = False
        else:
            self._stop_waiting()
            self._wait()
            self.expect_100_continue &= version != "1.0"  # RFC 9110, 10.1.1
            super().on_headers_complete()
            self._meter.begin_body(size)
            self._connections.works(self, self._network)
            if self._container.shutdown().in_progress:
                self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, and keep no more than what shows that it is too large."""
        if not self._ended and (kept := self._meter.take_content(len(body))):
            super().on_body(body[:kept])

    def on_message_complete(self) -> None:
        """End the request."""
        if not (self._ended or self.parser.should_upgrade()):
            self._stop_waiting()
            self._meter.end_message()
            super().on_message_complete()
            self._ended = not self.cycle.keep_alive  # nothing that follows is read

    def _read(self, piece: bytes) -> None:
        """Parse a piece, and see whether it was too much or the beginning of something to wait for."""
        size, place, rest = len(piece), self._meter.place, piece
        while rest and not self._ended:
            try:
                self.parser.feed_data(rest)
                break
            except HttpParserUpgrade as offer:
                rest = self._without_upgrade() + rest[offer.args[0] :]
            except HttpParserError:
                self._refuse(BAD, "This is not HTTP.")
        self._meter.take(size, since=place)
        if self._meter.head_is_too_large:
            self._refuse(TOO_LARGE)
        elif self._meter.framing_is_too_large:
            self._refuse(BAD, "The body has too many chunks for its size.")
        elif self._meter.head and not self._late and not self._ended:
            self._wait()

    def _without_upgrade(self) -> bytes:
        """Return the head that was read without its offer, and read on as from a new connection."""
        method, version = self.parser.get_method(), self.parser.get_http_version()
        if method == b"CONNECT":
            self._refuse(BAD, "CONNECT is for proxies.")
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        return without_upgrade(method, self.url, version, self.headers)
