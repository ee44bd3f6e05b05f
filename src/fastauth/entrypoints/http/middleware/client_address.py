"""The client address of a request that came through proxies, from ``X-Forwarded-For``."""

import logging
import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

from fastauth.domain.rate_limits.network import parse_address
from fastauth.entrypoints.settings.networks import Network

_log = logging.getLogger("fastauth.http")

MAX_HOPS = 32
"""Maximum number of hops that are read. Few installations have more than three proxies in a row."""

MAX_HOP_LENGTH = 128
"""Maximum characters of a hop. An IPv6 address has at most 45, plus zone and port."""

_PORT = r"(:(\d{1,5}|_[\w.-]+))?"
_IPV4_HOP = re.compile(rf"([0-9.]+){_PORT}", re.ASCII)
_BRACKETED_HOP = re.compile(rf"\[([0-9A-Fa-f:.]+)(%[^\]\s]*)?\]{_PORT}", re.ASCII)
_BARE_IPV6_HOP = re.compile(r"([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(%\S*)?", re.ASCII)
"""The forms of a hop: with a port, in brackets, with a zone. In RFC 7239, section 6, a port may also be an
identifier that begins with an underscore."""

_NO_ADDRESS = re.compile(r"unknown|_[\w.-]+", re.ASCII | re.IGNORECASE)
"""RFC 7239, sections 6.2 and 6.3: the address is unknown to the proxy, or obfuscated."""


def client_address(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return the client address that the last trusted proxy has seen.

    Each proxy appends the address of its peer, so ``X-Forwarded-For`` is read from its end up to the first
    address that is not a trusted proxy. Earlier entries may be forged by the client. If a hop has no valid
    address, the address of the proxy that wrote it is returned. The same holds after `MAX_HOPS` trusted
    proxies in a row.
    """
    if not forwarded_for or not is_in_networks(trusted, peer):
        return peer
    client = peer
    for hop in reversed(",".join(forwarded_for).rsplit(",", MAX_HOPS)[-MAX_HOPS:]):
        text = hop.strip()
        address = _address_of_hop(text)
        if address is None:
            if not _NO_ADDRESS.fullmatch(text.strip('"')):
                _log.warning("ignoring a malformed X-Forwarded-For from a trusted proxy")
            return client
        client = str(address)
        if not _is_within(trusted, address):
            break
    return client


def is_in_networks(networks: Sequence[Network], address: str) -> bool:
    """Return whether an address is in one of the networks."""
    parsed = parse_address(address) if networks else None
    return parsed is not None and _is_within(networks, parsed)


def _is_within(networks: Sequence[Network], address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in networks)


def _address_of_hop(text: str) -> IPv4Address | IPv6Address | None:
    if len(text) > MAX_HOP_LENGTH:  # the regular expressions are not linear in the length
        return None
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].strip()
    for form in (_IPV4_HOP, _BRACKETED_HOP, _BARE_IPV6_HOP):
        if found := form.fullmatch(text):
            return parse_address(found[1])
    return None
