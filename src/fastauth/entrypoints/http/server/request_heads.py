"""Checks of request heads that RFC 9112 requires and llhttp does not do."""

import re
from collections.abc import Sequence

Header = tuple[bytes, bytes]

VERSIONS = {"1.0", "1.1"}

_HOST = re.compile(rb"(?:\[[0-9A-Za-z:.%_~-]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]*)(?::[0-9]*)?")
"""RFC 3986, 3.2.2 and 3.2.3: ``uri-host [ ":" port ]``, without user information."""


def head_error(version: str, headers: Sequence[Header]) -> str | None:
    """Return an error message for the client, or ``None``. Names of `headers` are in lower case."""
    if version not in VERSIONS:
        return "The version must be HTTP/1.1 or HTTP/1.0."
    hosts = [value for name, value in headers if name == b"host"]
    if not hosts and version == "1.1":  # RFC 9112, 3.2
        return "The header Host is missing."
    if len(hosts) > 1:
        return "There is more than one header Host."
    if hosts and not _HOST.fullmatch(hosts[0].strip()):
        return "The header Host is not a host with an optional port."
    return _coding_error(version, headers)


def _coding_error(version: str, headers: Sequence[Header]) -> str | None:
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and version == "1.0":  # RFC 9112, 6.1
        return "HTTP/1.0 has no Transfer-Encoding."
    if codings not in ([], [b"chunked"]):  # a further coding, such as gzip, is not decoded
        return "The only Transfer-Encoding is chunked."
    return None


def without_upgrade(method: bytes, url: bytes, version: str, headers: Sequence[Header]) -> bytes:
    """Return the bytes of a head without its ``Upgrade`` header."""
    request = b"%s %s HTTP/%s" % (method, url, version.encode())
    kept = [b"%s: %s" % header for header in headers if header[0] != b"upgrade"]
    return b"\r\n".join([request, *kept, b"", b""])
