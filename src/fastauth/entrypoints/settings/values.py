"""Parsers and validators of settings, for both modes.

Each function returns the parsed value or raises `ValueError`. The message states the rule and never shows
the value.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from pathlib import Path
from unicodedata import normalize
from urllib.parse import SplitResult, unquote, urlsplit

from fastauth.adapters.passwords import BreachedPasswords

Network = IPv4Network | IPv6Network

MAPPED = IPv6Network("::ffff:0:0/96")
"""IPv4-mapped addresses: RFC 4291, section 2.5.5.2."""

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)({_LABEL}\.)*{_LABEL}\.?")
_NUMERIC_END = re.compile(r"(.*\.)?(\d+|0[xX][0-9a-fA-F]*)\.?")
"""Names that resolvers parse as IPv4 addresses: ``0`` is 0.0.0.0, ``127.1`` is 127.0.0.1."""

_NOT_IN_A_URL = re.compile(r"[^!-~]|[\\\"<>^`{|}]|%(?![0-9A-Fa-f]{2})")
"""Characters that RFC 3986, section 2, requires to be percent-encoded."""

_PRIVATE_ENDINGS = (".internal", ".local", ".localhost", ".test", ".home.arpa")
"""Domains without public DNS: RFC 6761, RFC 6762, RFC 8375 and ICANN's ``.internal``."""


def plain(value: object, *, is_secret: bool = False) -> object:
    """Strip white space from both ends of a text, and refuse control characters and lone surrogates."""
    if not isinstance(value, str):
        return value
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("must be UTF-8")
    value = value.strip()
    if not is_secret and any(character < " " or character == "\x7f" for character in value):
        raise ValueError("must not contain control characters or line breaks")
    return value


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


def host(value: str) -> str:
    """Return an IP address without brackets, or a host name."""
    bare = value[1:-1] if value.startswith("[") and value.endswith("]") else value
    if parsed_address(bare) is None and (not _HOST_NAME.fullmatch(bare) or _NUMERIC_END.fullmatch(bare)):
        raise ValueError("must be an IP address or a host name, without scheme and port")
    return bare


def issuer(value: str | None) -> str | None:
    """Check an issuer (RFC 8414, section 2): an https URL without query and fragment.

    http is allowed on private networks.
    """
    if not value:  # compose files pass an unset variable as an empty string
        return None
    if _NOT_IN_A_URL.search(value):
        raise ValueError(
            "must be ASCII without spaces and backslashes; write an internationalised host name as xn--..."
        )
    try:
        url = urlsplit(value)
        name = host(url.hostname or "")
    except ValueError:
        raise ValueError("must be a URL that begins with https:// and has a host name") from None
    if not (url.scheme == "https" or (url.scheme == "http" and _is_private(name))):
        raise ValueError("must be a URL that begins with https://")
    _check_authority(url)
    if "?" in value or "#" in value or value.endswith("/"):
        raise ValueError("must be a URL without query, fragment and trailing slash")
    segments = [unquote(segment) for segment in url.path.split("/")[1:]]
    if any(segment in {"", ".", ".."} or set(segment) & set("/\\") for segment in segments):
        raise ValueError("must have a path without empty and dot segments")
    return value


def _check_authority(url: SplitResult) -> None:
    if "@" in url.netloc:
        raise ValueError("must not contain a user name or a password")
    try:
        port = url.port
    except ValueError:
        port = 0
    if port == 0 or url.netloc.endswith(":"):
        raise ValueError("must have a port from 1 to 65535, or none")


def tracing(value: str) -> str:
    """Refuse tracing if its packages are not installed."""
    if value != "off" and not find_spec("opentelemetry.exporter"):
        raise ValueError("needs packages that are not installed: pip install 'fastauth[tracing]'")
    return value


def words(value: object) -> tuple[str, ...]:
    """Parse words that are separated by commas."""
    given = value if isinstance(value, tuple) else str(value).split(",")
    return tuple(word for each in given if (word := normalize("NFC", str(each)).strip()))


def breach_file(value: object) -> Path | None:
    """Open the file once: the start is refused if no password could be looked up in it."""
    if not value:  # compose files pass an unset variable as an empty string
        return None
    BreachedPasswords(path := Path(str(value)))
    return path


@lru_cache(maxsize=1024)
def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """Parse an IP address, an IPv4-mapped one as IPv4. Return ``None`` if the text is not an address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_loopback(name: str) -> bool:
    """Return whether a host, with or without brackets, is always this machine."""
    address = parsed_address(name.strip("[]"))
    if address is not None:
        return address.is_loopback
    lower = name.lower().rstrip(".")
    return lower == "localhost" or lower.endswith(".localhost")


def _is_private(name: str) -> bool:
    address = parsed_address(name)
    if address is not None:
        return address.is_private
    lower = name.lower().rstrip(".")
    return "." not in lower or lower.endswith((*_PRIVATE_ENDINGS, ".svc"))


def url_host(name: str) -> str:
    """Return a host in URL syntax: an IPv6 address in brackets (RFC 3986, section 3.2.2).

    The unspecified address is replaced by the loopback address of its family.
    """
    address = parsed_address(name)
    if address is not None and address.is_unspecified:
        address = ip_address("127.0.0.1" if isinstance(address, IPv4Address) else "::1")
    if isinstance(address, IPv6Address):
        return f"[{str(address).replace('%', '%25')}]"
    return str(address or name)


def contains(outer: Sequence[Network], inner: Network) -> bool:
    """Return whether one of the networks covers all of another."""
    return any(_covers(each, inner) for each in outer)


def _covers(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network):
        return inner.subnet_of(outer)
    return False
