"""What holds guessers up, and whom they are taken for."""

from ipaddress import ip_address

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.doctor.finding import Finding, fail, ok, warn
from fastauth.entrypoints.settings import Settings


async def guessing(container: Container) -> list[Finding]:
    """Look at the limits, and at the proxies whose word is taken for where a client is."""
    settings = container.settings()
    return [_limits(settings), _proxies(settings)]


def _limits(settings: Settings) -> Finding:
    if settings.limits:
        return ok("limits on guessing", "on")
    return warn("limits on guessing", "off: anybody may try any number of passwords", mends="FASTAUTH_LIMITS")


def _proxies(settings: Settings) -> Finding:
    trusted = settings.trusted_proxies
    if any(network.prefixlen == 0 for network in trusted):
        return fail("proxies", "everybody is trusted to say who they are", mends="FASTAUTH_TRUSTED_PROXIES")
    if trusted:
        return ok("proxies", ", ".join(map(str, trusted)))
    if _is_loopback(settings.host):
        seen = "none trusted: behind a proxy on this machine all clients share its limits"
        return warn("proxies", seen, mends="FASTAUTH_TRUSTED_PROXIES")
    return ok("proxies", "none trusted: a client is whoever connects")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
