"""Connections to addresses that were checked."""

from collections.abc import Callable, Iterable
from typing import Any

from httpcore2 import (
    SOCKET_OPTION,
    AnyIOBackend,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)

from fastauth.adapters.outbound.bounded_stream import BoundedStream
from fastauth.adapters.outbound.resolver import Resolver
from fastauth.domain.outbound.address import IpAddress, parse_ip
from fastauth.domain.outbound.errors import OutboundFailed, OutboundFailure

MAX_ADDRESSES = 16
"""Addresses that one host may have. More than a name server of good faith returns."""

MAX_DIALLED = 3
"""Addresses that are tried for one request."""


class VettedNetwork(AsyncNetworkBackend):
    """Resolves a host, demands that all of its addresses are allowed, and connects to one of these.

    The library is given an IP address. So nothing resolves the name a second time, with another result (DNS
    rebinding). TLS still checks the certificate for the name of the URL. At most `max_bytes` are read.
    """

    def __init__(self, *, resolve: Resolver, is_allowed: Callable[[IpAddress], bool], max_bytes: int) -> None:
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._max_bytes = max_bytes
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the library's parameter
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to the first address that answers."""
        literal = parse_ip(host.strip("[]"))
        addresses = (literal,) if literal else tuple(await self._resolve(host, port))
        if not 0 < len(addresses) <= MAX_ADDRESSES:
            raise OutboundFailed(OutboundFailure.NOT_RESOLVED)
        if not all(map(self._is_allowed, addresses)):
            raise OutboundFailed(OutboundFailure.NOT_PUBLIC)
        dialled = addresses[:MAX_DIALLED]
        for address in dialled:
            try:
                stream = await self._network.connect_tcp(
                    str(address),
                    port,
                    timeout=None if timeout is None else timeout / len(dialled),
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (ConnectError, ConnectTimeout):  # the next address may answer
                continue
            return BoundedStream(stream, max_bytes=self._max_bytes)
        raise OutboundFailed(OutboundFailure.NOT_CONNECTED)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> AsyncNetworkStream:  # noqa: ANN401  the library's
        """Refuse: no URL leads to a socket of this machine."""
        raise OutboundFailed(OutboundFailure.NOT_ALLOWED)

    async def sleep(self, seconds: float) -> None:
        """Wait between two attempts; there is one alone."""
        await self._network.sleep(seconds)
