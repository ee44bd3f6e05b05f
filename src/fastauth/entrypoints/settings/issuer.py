"""Validates the issuer, which is the public URL of the service, and URLs in mails."""

import re
from urllib.parse import SplitResult, unquote, urlsplit

from fastauth.domain.rate_limits.network import parse_address
from fastauth.entrypoints.settings.hosts import host

_NOT_IN_A_URL = re.compile(r"[^!-~]|[\\\"<>^`{|}]|%(?![0-9A-Fa-f]{2})")
"""Characters that RFC 3986, section 2, requires to be percent-encoded."""

_PRIVATE_ENDINGS = (".internal", ".local", ".localhost", ".test", ".home.arpa")
"""Domains without public DNS: RFC 6761, RFC 6762, RFC 8375 and ICANN's ``.internal``."""


def validate_issuer(value: str | None) -> str | None:
    """Check an issuer (RFC 8414, section 2): an https URL without query and fragment.

    http is allowed on private networks.
    """
    if not value:  # compose files pass an unset variable as an empty string
        return None
    url = _public_url(value)
    if "?" in value or "#" in value or value.endswith("/"):
        raise ValueError("must be a URL without query, fragment and trailing slash")
    segments = [unquote(segment) for segment in url.path.split("/")[1:]]
    if any(segment in {"", ".", ".."} or set(segment) & set("/\\") for segment in segments):
        raise ValueError("must have a path without empty and dot segments")
    return value


def validate_link(value: str | None) -> str | None:
    """Check the URL of a page: https, without fragment. http is allowed on private networks."""
    if not value:
        return None
    _public_url(value)
    if "#" in value:  # the token of the link becomes the fragment
        raise ValueError("must be a URL without fragment")
    return value


def _public_url(value: str) -> SplitResult:
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
    return url


def _check_authority(url: SplitResult) -> None:
    if "@" in url.netloc:
        raise ValueError("must not contain a user name or a password")
    try:
        port = url.port
    except ValueError:
        port = 0
    if port == 0 or url.netloc.endswith(":"):
        raise ValueError("must have a port from 1 to 65535, or none")


def _is_private(name: str) -> bool:
    address = parse_address(name)
    if address is not None:
        return address.is_private
    lower = name.lower().rstrip(".")
    return "." not in lower or lower.endswith((*_PRIVATE_ENDINGS, ".svc"))
