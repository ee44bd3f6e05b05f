"""From which address a request comes, where proxies stand between."""

import logging
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

from fastauth.entrypoints.settings import Network

_log = logging.getLogger("fastauth.http")


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return the address of the client that the last trusted proxy has seen.

    Each proxy writes behind what it was sent, so ``X-Forwarded-For`` is read from its end, and no
    further than to the first address that is not a trusted proxy's: whatever stands before, the
    client may have made up. A header that cannot be read leaves the peer, so that whoever sends
    such are one client together.
    """
    if not forwarded_for or not is_one_of(trusted, peer):
        return peer
    client = None
    for hop in reversed(",".join(forwarded_for).split(",")):
        client = _parsed(hop.strip())
        if client is None:
            _log.warning("a proxy sent an X-Forwarded-For that is no list of addresses")
            return peer
        if not is_one_of(trusted, str(client)):
            break
    return str(client)


def is_one_of(networks: Sequence[Network], address: str) -> bool:
    """Say whether an address belongs to one of the networks."""
    parsed = _parsed(address) if networks else None
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
