"""IP networks in settings."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network
MAPPED = IPv6Network("::ffff:0:0/96")
"""IPv4-mapped addresses: RFC 4291, section 2.5.5.2."""


def networks(value: object) -> tuple[Network, ...]:
    """Parse addresses and networks that are separated by commas or spaces."""
    given = value if isinstance(value, tuple) else re.split(r"[,\s]+", str(value))
    try:
        return tuple(_unmapped(ip_network(each)) for each in given if each)
    except ValueError:
        raise ValueError("must be addresses or networks such as 10.0.0.0/8, separated by commas") from None


def _unmapped(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.subnet_of(MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network


def contains(outer: Sequence[Network], inner: Network) -> bool:
    """Return whether one of the networks covers all of another."""
    return any(_covers(each, inner) for each in outer)


def _covers(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network):
        return inner.subnet_of(outer)
    return False
