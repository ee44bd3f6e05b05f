"""Client networks, which rate limits count instead of addresses."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NewType

Network = NewType("Network", str)

_IPV6_BYTES = 8
"""A customer gets at least a /64 and can use every address in it (RFC 6177)."""


@lru_cache(maxsize=1024)
def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an IP address, an IPv4-mapped one as IPv4. Return ``None`` if the text is not an address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(address: str) -> Network:
    """Return the network of an address: an IPv4 address itself, or the /64 of an IPv6 address.

    Text that is no address belongs to the network "unknown".
    """
    ip = parse_address(address)
    if ip is None:
        return Network("unknown")
    if isinstance(ip, IPv4Address):
        return Network(str(ip))
    return Network(ip.packed[:_IPV6_BYTES].hex(":", 2))
