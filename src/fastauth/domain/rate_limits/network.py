"""Client networks, which rate limits count instead of addresses."""

from ipaddress import IPv4Address, ip_address
from typing import NewType

Network = NewType("Network", str)

_IPV6_PREFIX = 64
"""Bits. A customer gets at least a /64 and can use every address in it (RFC 6177)."""


def network_of(address: str) -> Network:
    """Return the network of an address: an IPv4 address itself, or the /64 of an IPv6 address.

    Text that is no address belongs to the network "unknown".
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return Network("unknown")
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if isinstance(ip, IPv4Address):
        return Network(str(ip))
    return Network((int(ip) >> (128 - _IPV6_PREFIX)).to_bytes(8, "big").hex(":", 2))
