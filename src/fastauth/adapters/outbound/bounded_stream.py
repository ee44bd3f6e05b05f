"""Connections of which little is read."""

from ssl import SSLContext
from typing import Any

from httpcore2 import AsyncNetworkStream

from fastauth.domain.outbound.errors import OutboundFailed, OutboundFailure

PIECE_BYTES = 4_096
"""Bytes of one read. The library parses all of them before it waits again: of the smallest interim responses
(RFC 9110, section 15.2) 228 fit into a piece, which is about 20 ms of the event loop."""


class BoundedStream(AsyncNetworkStream):
    """Ends a response that is larger than expected, whatever it consists of.

    The library bounds one head. It goes on reading interim responses for as long as the server sends them.
    """

    def __init__(self, stream: AsyncNetworkStream, *, max_bytes: int) -> None:
        self._stream = stream
        self._left = max_bytes

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  the library's parameter
        """Return the next piece."""
        piece = await self._stream.read(min(max_bytes, PIECE_BYTES), timeout)
        self._left -= len(piece)
        if self._left < 0:
            raise OutboundFailed(OutboundFailure.TOO_LARGE)
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109  the library's parameter
        """Write without a bound."""
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  the library's parameter
    ) -> AsyncNetworkStream:
        """Return the same with TLS. What is read is counted after it is decrypted."""
        encrypted = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        return BoundedStream(encrypted, max_bytes=self._left)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  the library's
        """Return what is known about the connection."""
        return self._stream.get_extra_info(info)
