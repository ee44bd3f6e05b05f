"""Rules about the network: proxies, issuer, database connection, metrics and documentation."""

import os
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from urllib.parse import urlsplit

from fastauth.domain.rate_limits.network import parse_address
from fastauth.entrypoints.production.rule import Rule
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.hosts import is_loopback
from fastauth.entrypoints.settings.networks import MAPPED, Network, contains

HTTPS_PORT = 443
_NAT64 = IPv6Network("64:ff9b::/96")
_PRIVATE = tuple(
    ip_network(each)
    for each in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10"),
    )
)
_MAX_PUBLIC_ADDRESSES = {4: 2**24, 6: 2**112 - 1}
"""Maximum number of public addresses that may be trusted: a /8 of IPv4, less than a /16 of IPv6. The
published ranges of the large content delivery networks have fewer than 2^22 and 2^101."""


def _too_wide_proxies(settings: Settings) -> str | None:
    trusted = settings.trusted_proxies
    embedded = [_embedded(network) for network in trusted]
    if any(_public(embedded, version) > most for version, most in _MAX_PUBLIC_ADDRESSES.items()) or any(
        contains(trusted, each) for each in (MAPPED, _NAT64)
    ):
        return (
            "FASTAUTH_TRUSTED_PROXIES is too wide: any host in it can forge client addresses;"
            " list only the addresses of your proxies"
        )
    return None


def _embedded(network: Network) -> Network:
    """Return the IPv4 network that a NAT64 network maps to; other networks unchanged."""
    if isinstance(network, IPv6Network) and network.subnet_of(_NAT64):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network


def _public(networks: Iterable[Network], version: int) -> int:
    """Return the number of public addresses of an IP version in the networks."""
    merged: list[Network] = []
    if version == 4:  # noqa: PLR2004  IPv4
        merged += collapse_addresses(each for each in networks if isinstance(each, IPv4Network))
    else:
        merged += collapse_addresses(each for each in networks if isinstance(each, IPv6Network))
    inside = (
        min(each, private, key=_size) for each in merged for private in _PRIVATE if _meet(each, private)
    )
    return sum(map(_size, merged)) - sum(map(_size, inside))


def _size(network: Network) -> int:
    return network.num_addresses


def _meet(one: Network, other: Network) -> bool:
    return contains([one], other) or contains([other], one)


def _no_proxies(settings: Settings) -> str | None:
    if settings.trusted_proxies or not is_loopback(settings.host):
        return None
    return (
        "FASTAUTH_HOST is loopback and FASTAUTH_TRUSTED_PROXIES is empty: behind a proxy all clients share"
        " the rate limits of one address"
    )


def _issuer(settings: Settings) -> str | None:
    if not settings.issuer:
        return "FASTAUTH_ISSUER is missing; set the public URL of fastauth: https://..."
    url = urlsplit(settings.issuer)
    name = url.hostname or ""
    address = parse_address(name)
    if url.scheme != "https":
        return "FASTAUTH_ISSUER must begin with https://"
    if is_loopback(name) or (address and (address.is_unspecified or address.is_link_local)):
        return "FASTAUTH_ISSUER is a local address; set the public URL of fastauth"
    return None


def _unusual_issuer(settings: Settings) -> str | None:
    url = urlsplit(settings.issuer or "")
    usual = f"{url.scheme}://{url.netloc.lower()}{url.path}"
    if not settings.issuer or (settings.issuer == usual and url.port != HTTPS_PORT):
        return None
    return "FASTAUTH_ISSUER is not normalised: write the host in lower case, and omit port 443"


def _listening(settings: Settings) -> str | None:
    if settings.metrics_port is None or is_loopback(settings.metrics_host):
        return None
    return "FASTAUTH_METRICS_HOST is not loopback: other machines can read the metrics, without TLS"


def _docs(settings: Settings) -> str | None:
    return "FASTAUTH_DOCS is on: the documentation of the API is public" if settings.docs else None


def _texts(value: str | tuple[str, ...] | None) -> list[str]:
    given = (value,) if isinstance(value, str) else (value or ())
    return [each for text in given for each in text.split(",")]


def _is_elsewhere(settings: Settings) -> bool:
    """Return whether PostgreSQL is on another machine."""
    url = settings.database_url
    hosts = [url.host or "", *_texts(url.query.get("host")), *_texts(url.query.get("hostaddr"))]
    if not any(hosts):
        hosts = [os.environ.get("PGHOSTADDR") or os.environ.get("PGHOST", "")]
    names = [
        each.rsplit(":", 1)[0] if each.count(":") == 1 else each for host in hosts for each in host.split(",")
    ]
    return any(name and name[0] not in "/@" and not is_loopback(name) for name in names)


def _tls(settings: Settings) -> str:
    """Return libpq's ``sslmode``, which is ``prefer`` by default."""
    asked = _texts(settings.database_url.query.get("sslmode"))
    return asked[-1] if asked else os.environ.get("PGSSLMODE") or "prefer"


def _database_in_the_clear(settings: Settings) -> str | None:
    if settings.is_sqlite or settings.database_private_network or not _is_elsewhere(settings):
        return None
    if _tls(settings) in {"require", "verify-ca", "verify-full"}:
        return None
    return (
        "FASTAUTH_DATABASE_URL connects to another machine without TLS: add ?sslmode=verify-full, or set"
        " FASTAUTH_DATABASE_PRIVATE_NETWORK=true on a private network"
    )


def _database_unverified(settings: Settings) -> str | None:
    if settings.is_sqlite or not _is_elsewhere(settings) or _tls(settings) in {"verify-ca", "verify-full"}:
        return None
    if _tls(settings) == "require":
        return "FASTAUTH_DATABASE_URL has sslmode=require, which trusts any server; use sslmode=verify-full"
    return "FASTAUTH_DATABASE_PRIVATE_NETWORK is on: the connection to PostgreSQL has no verified TLS"


RULES = (
    Rule(
        subject="database TLS",
        setting="FASTAUTH_DATABASE_URL",
        ok="the database is local, or its certificate is verified",
        refused_if=(
            "PostgreSQL on another machine without sslmode=verify-full, verify-ca or require, unless"
            " FASTAUTH_DATABASE_PRIVATE_NETWORK is on"
        ),
        warned_if="sslmode=require; FASTAUTH_DATABASE_PRIVATE_NETWORK instead of TLS",
        check=_database_in_the_clear,
        warning=_database_unverified,
    ),
    Rule(
        subject="issuer",
        setting="FASTAUTH_ISSUER",
        ok="an https URL of another host than this one",
        refused_if="missing, not https://, or a loopback, link-local or unspecified host",
        warned_if="capitals in the host, or the port 443",
        check=_issuer,
        warning=_unusual_issuer,
    ),
    Rule(
        subject="proxies",
        setting="FASTAUTH_TRUSTED_PROXIES",
        ok="the trusted networks are small enough",
        refused_if=(
            "networks that together have more public addresses than a /8 of IPv4 or a /16 of IPv6, or all"
            " IPv4-mapped or NAT64 addresses"
        ),
        warned_if="none, while FASTAUTH_HOST is loopback",
        check=_too_wide_proxies,
        warning=_no_proxies,
    ),
    Rule(
        subject="metrics",
        setting="FASTAUTH_METRICS_HOST",
        ok="no other machine can read them",
        warned_if="a FASTAUTH_METRICS_HOST that is not loopback, with FASTAUTH_METRICS_PORT",
        warning=_listening,
    ),
    Rule(
        subject="documentation",
        setting="FASTAUTH_DOCS",
        ok="/docs is off",
        warned_if="on",
        warning=_docs,
    ),
)
