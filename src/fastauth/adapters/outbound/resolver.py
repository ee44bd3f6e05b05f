"""Look up the addresses of a host."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Protocol

from fastauth.domain.outbound.address import IpAddress, parse_ip


class Resolver(Protocol):
    """Looks up host names."""

    async def __call__(self, host: str, port: int) -> Sequence[IpAddress]:
        """Return all addresses of a host; none if it has none or the look-up fails."""


async def system_resolver(host: str, port: int) -> Sequence[IpAddress]:
    """Return all addresses that the operating system has for a host, in its order (RFC 6724)."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    addresses = [parse_ip(str(sockaddr[0])) for *_, sockaddr in found]
    # An address with a zone, such as fe80::1%eth0, is none for `parse_ip`. It must not be skipped: all
    # addresses of a host have to be allowed.
    return () if None in addresses else tuple(dict.fromkeys(a for a in addresses if a is not None))
