"""The port to requests that leave the service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRequest:
    """A request to a URL that a user named."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    max_body_bytes: int = 0
    """Bytes that the body of the response may have; 0: it is not read."""
    timeout_seconds: float
    """For everything, from the look-up of the name to the last byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundResponse:
    """The response, whatever its status. Redirects are not followed."""

    status: int
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)


class OutboundHttp(Protocol):
    """Sends a request to a public address, or to one of a host that the operator has named."""

    async def send(self, request: OutboundRequest) -> OutboundResponse:
        """Return the response.

        Every address of the host must be allowed, and one of exactly these is connected to. The body must not
        be compressed if it is read.

        Raises:
            OutboundFailed: There is no response, or it is larger than allowed.
        """
