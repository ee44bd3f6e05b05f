"""Client networks, which rate limits count instead of addresses."""

from ipaddress import IPv4Address, ip_address
from typing import NewType

Network = NewType("Network", str)


_IPV6_PREFIX = 64
"""Bits: the least that one customer gets, who may use any address in it (RFC 6177)."""


def network_of(address: str) -> Network:
    """Return whom an address belongs to: of IPv4 the address itself, of IPv6 its /64.

    Whatever is no address belongs to one network, that of the unknown.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return Network("unknown")
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if isinstance(ip, IPv4Address):
        return Network(str(ip))
    return Network((int(ip) >> (128 - _IPV6_PREFIX)).to_bytes(8, "big").hex(":", 2))
