"""Sets the client address of each request."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from fastauth.domain.audit.event import Actor, EventSource
from fastauth.entrypoints.http.middleware.client_address import client_address
from fastauth.entrypoints.request_origin import event_source
from fastauth.entrypoints.settings.networks import Network

SCOPE_CLIENT_ADDRESS = "fastauth.address"
"""Key of the client address in the ASGI scope, for the request log."""


class ClientAddressMiddleware:
    """Set the actor and client address of a request, as seen by the last trusted proxy.

    Events that are recorded during the request take them from `fastauth.entrypoints.request_origin`.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[Network], *, log_addresses: bool) -> None:
        self._app = app
        self._trusted = trusted_proxies
        self._log_addresses = log_addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer, _ = scope.get("client") or ("", 0)
        forwarded_for = Headers(scope=scope).getlist("x-forwarded-for")
        address = client_address(peer, forwarded_for, self._trusted)
        if self._log_addresses:
            scope[SCOPE_CLIENT_ADDRESS] = address
        with event_source(EventSource(Actor.CLIENT, address)):
            await self._app(scope, receive, send)
