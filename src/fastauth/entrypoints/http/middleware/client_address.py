"""From which address a request comes, where proxies stand between."""

import logging
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

from fastauth.entrypoints.settings.values import Network, parsed_address

_log = logging.getLogger("fastauth.http")

MAX_HOPS = 32
"""Hops that are read; few installations have more than three proxies in a row."""

MAX_HOP_LENGTH = 128
"""Characters; an IPv6 address has 45 at most, and a zone and a port some more."""

_PORT = r"(:(\d{1,5}|_[\w.-]+))?"
_IPV4_HOP = re.compile(rf"([0-9.]+){_PORT}", re.ASCII)
_BRACKETED_HOP = re.compile(rf"\[([0-9A-Fa-f:.]+)(%[^\]\s]*)?\]{_PORT}", re.ASCII)
_BARE_IPV6_HOP = re.compile(r"([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(%\S*)?", re.ASCII)
"""A hop as proxies write it: with a port, in brackets, with a zone. RFC 7239, section 6, also has ports
that are names behind an underscore."""

_NO_ADDRESS = re.compile(r"unknown|_[\w.-]+", re.ASCII | re.IGNORECASE)
"""RFC 7239, sections 6.2 and 6.3: the proxy does not know the address, or does not tell it."""


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return the address of the client that the last trusted proxy has seen.

    Each proxy writes behind what it was sent, so ``X-Forwarded-For`` is read from its end, and no
    further than to the first address that is not a trusted proxy's: whatever stands before, the
    client may have made up. At a hop that is empty, has no address or cannot be read, the proxy that
    wrote it stands for all of its clients, and so does the last of `MAX_HOPS` trusted proxies in a row.
    """
    if not forwarded_for or not is_in_networks(trusted, peer):
        return peer
    client = peer
    for hop in reversed(",".join(forwarded_for).rsplit(",", MAX_HOPS)[-MAX_HOPS:]):
        text = hop.strip()
        address = _address_of_hop(text)
        if address is None:
            if not _NO_ADDRESS.fullmatch(text.strip('"')):
                _log.warning("a proxy sent an X-Forwarded-For with a hop that is no address")
            return client
        client = str(address)
        if not _is_within(trusted, address):
            break
    return client


def is_in_networks(networks: Sequence[Network], address: str) -> bool:
    """Return whether an address belongs to one of the networks."""
    parsed = parsed_address(address) if networks else None
    return parsed is not None and _is_within(networks, parsed)


def _is_within(networks: Sequence[Network], address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in networks)


def _address_of_hop(text: str) -> IPv4Address | IPv6Address | None:
    if len(text) > MAX_HOP_LENGTH:  # the forms below are not linear in their length
        return None
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    for form in (_IPV4_HOP, _BRACKETED_HOP, _BARE_IPV6_HOP):
        if found := form.fullmatch(text):
            return parsed_address(found[1])
    return None
