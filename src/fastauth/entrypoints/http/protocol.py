"""HTTP/1.1 as uvicorn speaks it, where that falls short of RFC 9110 and of what holds for every answer."""

from http import HTTPStatus

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from fastauth.entrypoints.http.edge import dressed, new_request_id
from fastauth.entrypoints.http.problems import answer, details_of_status


class Protocol(HttpToolsProtocol):
    """Ignore offers to upgrade (RFC 9110, section 7.8), and tell as a problem what is not HTTP.

    httptools ends a message at a head that offers an upgrade, and uvicorn takes the body that
    follows for the next request (Kludex/uvicorn#2722): whoever writes a body could write a request.
    So such a head is read a second time, without the offer.
    """

    def on_headers_complete(self) -> None:
        """Begin the request, unless its head is about to be read again."""
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request, likewise."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Read what the client has sent."""
        self._unset_keepalive_if_required()
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

    def send_400_response(self, msg: str) -> None:
        """Tell what is wrong, and hang up."""
        details = details_of_status(HTTPStatus.BAD_REQUEST).model_copy(update={"detail": msg})
        told = answer(details)
        own = [*self.server_state.default_headers, *told.raw_headers, (b"connection", b"close")]
        head = [b"%s: %s" % header for header in dressed(own, request_id=new_request_id())]
        self.transport.write(b"\r\n".join([b"HTTP/1.1 400 Bad Request", *head, b"", bytes(told.body)]))
        self.transport.close()

    def _head_without_offer(self) -> bytes:
        version = self.parser.get_http_version().encode()
        request = b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)
        kept = [b"%s: %s" % header for header in self.headers if header[0] != b"upgrade"]
        return b"\r\n".join([request, *kept, b"", b""])
