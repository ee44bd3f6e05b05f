"""Why a request to an address that a user named has no response."""

from enum import StrEnum


class OutboundFailure(StrEnum):
    """Why there is no response. A value is one line for operators; it has no text of the other side."""

    NOT_ALLOWED = "the URL is not allowed"
    NOT_RESOLVED = "the host name has no address"
    NOT_PUBLIC = "the host has an address that is not public"
    NOT_CONNECTED = "no connection"
    TLS_FAILED = "TLS failed, or the certificate is refused"
    TIMED_OUT = "no response in time"
    NOT_HTTP = "the response is not HTTP, or the connection ended before it"
    TOO_LARGE = "the response is too large"


class OutboundFailed(Exception):
    """A request has no response that can be used."""

    def __init__(self, failure: OutboundFailure) -> None:
        self.failure = failure
        super().__init__(failure.value)
