"""URLs that users name, and the rule for their hosts."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.outbound.address import is_public, parse_ip

MAX_URL_LENGTH = 2_048

PORTS = frozenset({443, 8443})
"""Ports of hosts that no operator named: those of HTTPS. So a URL cannot address another kind of server."""

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})*", re.ASCII)
_NUMERIC_END = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)", re.ASCII)
"""Names that resolvers parse as IPv4 addresses: ``0`` is 0.0.0.0, ``0x7f.1`` is 127.0.0.1 (WHATWG URL)."""
_TEXT = re.compile(r"[!-~]+", re.ASCII)
"""Printable ASCII without the space (RFC 3986). A host name in another script is given as ``xn--...``."""
_PATH = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes, after the rule for URLs."""

    scheme: str
    host: str
    """A host name in lower case, or an IP address without brackets."""
    port: int
    path: str
    """Path and query, at least ``/``."""
    is_named: bool
    """Whether the operator has named the host, so that it may have a private address."""

    @property
    def authority(self) -> str:
        """The value of the header ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == default else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class NamedHosts:
    """The origins with private addresses that the operator has named: ``(scheme, host, port)``."""

    origins: frozenset[tuple[str, str, int]] = frozenset()

    @classmethod
    def parse(cls, *entries: str) -> "NamedHosts":
        """Return the origins of entries such as ``billing.internal``, ``billing:9443``, ``http://billing:8080``.

        Raises:
            InvalidInput: An entry is none of these.
        """
        origins = set()
        for entry in entries:
            text = entry if "://" in entry else f"https://{entry}"
            scheme, host, port, path = _split(text, "hosts")
            if path not in {"", "/"}:
                raise _refused("hosts", f"{entry!r} has a path; give a host, host:port or http://host:port.")
            origins.add((scheme, host, port))
        return cls(frozenset(origins))

    def target(self, url: str, *, field: str = "url") -> Target:
        """Return where a request to `url` goes.

        A host that is not named needs ``https``, one of `PORTS`, and a public address; whether its name
        leads to public addresses is checked when the service connects.

        Raises:
            InvalidInput: The URL is malformed or not allowed.
        """
        scheme, host, port, path = _split(url, field)
        is_named = (scheme, host, port) in self.origins
        if not is_named:
            if scheme != "https":
                raise _refused(field, "The URL must begin with https://.")
            if port not in PORTS:
                raise _refused(field, "The port must be 443 or 8443.")
            address = parse_ip(host)
            if (address and not is_public(address)) or _is_local_name(host):
                raise _refused(field, "The host must have a public address.")
        return Target(scheme=scheme, host=host, port=port, path=path or "/", is_named=is_named)


def _is_local_name(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")


def _split(url: str, field: str) -> tuple[str, str, int, str]:
    if len(url) > MAX_URL_LENGTH or not _TEXT.fullmatch(url) or "\\" in url:
        raise _refused(field, f"Use 1 to {MAX_URL_LENGTH} printable ASCII characters without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(field, "This is not a URL.") from None
    if parts.scheme not in {"https", "http"} or not parts.netloc:
        raise _refused(field, "The URL must begin with https://.")
    if "@" in parts.netloc or "#" in url:
        raise _refused(field, "The URL must have no user, no password and no fragment.")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if not _PATH.fullmatch(path):
        raise _refused(field, "The path has a character that must be percent-encoded.")
    default = 443 if parts.scheme == "https" else 80
    return (
        parts.scheme,
        _host(parts.netloc, parts.hostname or "", field),
        default if port is None else port,
        path,
    )


def _host(netloc: str, host: str, field: str) -> str:
    """Return the host if it has one spelling alone, which all programs read alike."""
    address = parse_ip(host)
    if netloc.startswith("["):
        if address is not None and address.version == 6:  # noqa: PLR2004  the version of the protocol
            return str(address)
    elif address is not None:
        return str(address)
    elif _NAME.fullmatch(host) and not _NUMERIC_END.fullmatch(host):
        return host
    raise _refused(field, "The host must be a host name in ASCII or an IP address in its usual spelling.")


def _refused(field: str, detail: str) -> InvalidInput:
    return InvalidInput(Violation(field, "not_allowed", detail))
