"""The addresses that keys and revocations come from."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def check_address(name: str, url: str, *, require_https: bool) -> None:
    """Return if an address is one of https, or one of http on this machine.

    An attacker on the network between could otherwise replace the keys, and so make tokens, and read the
    client secret.

    Raises:
        ValueError: It is not. The message begins with `name`.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"https", "http"}:
        raise ValueError(f"{name}: must be an address that begins with https:// or http://")
    if parts.scheme == "http" and require_https and not _is_this_machine(host):
        raise ValueError(
            f"{name}: must begin with https://, unless its host is this machine; require_https=False accepts"
            " http:// within a network that you trust"
        )


def _is_this_machine(host: str) -> bool:
    """Return whether a host is a loopback address, or `localhost` or a name below it (RFC 6761)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return f".{host}".endswith(".localhost")
