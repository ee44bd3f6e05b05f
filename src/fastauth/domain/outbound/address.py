"""Which addresses the service connects to when a user names the host."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

IpAddress = IPv4Address | IPv6Address

_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""The part of IPv6 from which addresses are given out (RFC 4291, section 2.4). Outside of it are, among
others, mapped and compatible IPv4 addresses (``::/96``, ``::ffff:0:0/96``) and NAT64 (``64:ff9b::/96``,
``64:ff9b:1::/48``)."""

_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # IETF protocol assignments (RFC 6890); is_global is true for two of them
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # IETF protocol assignments; Teredo holds an IPv4 address (RFC 4380)
        "2002::/16",  # 6to4 holds an IPv4 address (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637), which older versions of Python do not know
    )
)

_PRIVATE = tuple(
    ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),  # RFC 1918, RFC 4193
        "100.64.0.0/10",  # behind the NAT of a carrier (RFC 6598); clusters use it too
        *("127.0.0.0/8", "::1/128"),
    )
)

_METADATA = frozenset(ip_address(text) for text in ("100.100.100.200", "fd00:ec2::254", "fd20:ce::254"))
"""Metadata services of Alibaba Cloud, AWS and Google Cloud in private networks. The usual 169.254.169.254 is
link-local."""


def is_public(address: IpAddress) -> bool:
    """Return whether the address belongs to one host on the internet.

    ``is_global`` alone is not enough: it is true for multicast, and for IPv6 addresses that a gateway
    translates to private IPv4 addresses.
    """
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def is_allowed_if_named(address: IpAddress) -> bool:
    """Return whether the service connects to this address of a host that the operator has named.

    Link-local addresses and those of metadata services stay closed: credentials of a cloud are behind them.
    """
    if address in _METADATA:
        return False
    return is_public(address) or any(
        address in network for network in _PRIVATE if network.version == address.version
    )


def parse_ip(text: str) -> IpAddress | None:
    """Return the address if the text is its usual spelling, without a zone; otherwise ``None``."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if "%" in text else address
