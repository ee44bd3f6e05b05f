"""The address to listen on, tried before the server starts."""

import socket

from fastauth.entrypoints.cli.runner import fail
from fastauth.entrypoints.settings import Settings


def check_listen_address(settings: Settings) -> None:
    """Exit with an error of one line if the service cannot listen at the address of the settings."""
    host, port = settings.host, settings.port
    try:
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            if family != socket.AF_INET6 or socket.has_dualstack_ipv6():
                _bind(socket.socket(family, socket.SOCK_STREAM), address)
    except OSError as error:
        shown = f"[{host}]" if ":" in host else host
        fail(f"cannot listen at {shown}:{port} ({error.strerror}); set FASTAUTH_PORT or FASTAUTH_HOST")


def _bind(tried: socket.socket, address: tuple[str | int, ...] | tuple[int, bytes]) -> None:
    """Bind and close a socket, in the way of asyncio. It never listens, so no client can meet it."""
    with tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if tried.family == socket.AF_INET6:
            tried.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        tried.bind(address)
