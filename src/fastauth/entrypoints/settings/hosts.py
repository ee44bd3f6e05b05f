"""IP addresses and host names in settings."""

import re
from ipaddress import (
    IPv4Address,
    IPv6Address,
    ip_address,
)

from fastauth.domain.rate_limits.network import parse_address

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)({_LABEL}\.)*{_LABEL}\.?")
_NUMERIC_END = re.compile(r"(.*\.)?(\d+|0[xX][0-9a-fA-F]*)\.?")
"""Names that resolvers parse as IPv4 addresses: ``0`` is 0.0.0.0, ``127.1`` is 127.0.0.1."""


def host(value: str) -> str:
    """Return an IP address without brackets, or a host name."""
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    if parse_address(bare) is None and (not _HOST_NAME.fullmatch(bare) or _NUMERIC_END.fullmatch(bare)):
        raise ValueError("must be an IP address or a host name, without scheme and port")
    return bare


def is_loopback(name: str) -> bool:
    """Return whether a host, with or without brackets, is always this machine."""
    address = parse_address(name.strip("[]"))
    if address is not None:
        return address.is_loopback
    lower = name.lower().rstrip(".")
    return lower == "localhost" or lower.endswith(".localhost")


def url_host(name: str) -> str:
    """Return a host in URL syntax: an IPv6 address in brackets (RFC 3986, section 3.2.2).

    The unspecified address is replaced by the loopback address of its family.
    """
    address = parse_address(name)
    if address is not None and address.is_unspecified:
        address = ip_address("127.0.0.1" if isinstance(address, IPv4Address) else "::1")
    if isinstance(address, IPv6Address):
        return f"[{str(address).replace('%', '%25')}]"
    return str(address or name)
