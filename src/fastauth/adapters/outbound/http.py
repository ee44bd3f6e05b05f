"""Requests over HTTP/1.1 that cannot be led to a private address."""

import asyncio
from ssl import SSLContext, SSLError, create_default_context

from httpcore2 import AsyncConnectionPool, NetworkError, ProtocolError, Response, TimeoutException

from fastauth.adapters.outbound.resolver import Resolver, system_resolver
from fastauth.adapters.outbound.vetted_network import VettedNetwork
from fastauth.domain.errors import InvalidInput
from fastauth.domain.outbound.address import is_allowed_if_named, is_public
from fastauth.domain.outbound.errors import OutboundFailed, OutboundFailure
from fastauth.domain.outbound.ports import OutboundRequest, OutboundResponse
from fastauth.domain.outbound.target import NamedHosts, Target

USER_AGENT = "fastauth"
CONNECT_SHARE = 0.5
"""Part of the time of a request that the connections may take."""

MAX_HEAD_BYTES = 32 * 1024
"""Bytes of the head of a response, with all interim responses before it. Nginx by default takes heads of at
most 8 KiB from the servers behind it (``proxy_buffer_size``)."""

MAX_FRAMING = 6
"""How many times larger a body is on the wire at most: in chunks of one byte, each takes six (RFC 9112)."""


class OutboundHttpClient:
    """See `fastauth.domain.outbound.ports.OutboundHttp`.

    Each request has a connection of its own, which is closed after it. No proxy of the environment is used:
    a proxy would resolve the name itself. Redirects are responses like others. Nothing is decompressed.
    """

    def __init__(
        self,
        *,
        named_hosts: NamedHosts,
        resolve: Resolver = system_resolver,
        tls: SSLContext | None = None,
    ) -> None:
        self._named_hosts = named_hosts
        self._resolve = resolve
        self._tls = tls

    async def send(self, request: OutboundRequest) -> OutboundResponse:
        """Send one request. See `OutboundHttp.send`."""
        try:
            target = self._named_hosts.target(request.url)
        except InvalidInput:
            raise OutboundFailed(OutboundFailure.NOT_ALLOWED) from None
        try:
            async with asyncio.timeout(request.timeout_seconds):
                return await self._send(request, target)
        except (TimeoutError, TimeoutException):
            raise OutboundFailed(OutboundFailure.TIMED_OUT) from None
        except SSLError:
            raise OutboundFailed(OutboundFailure.TLS_FAILED) from None
        except (NetworkError, ProtocolError) as error:
            raise OutboundFailed(_failure(error)) from None

    async def _send(self, request: OutboundRequest, target: Target) -> OutboundResponse:
        network = VettedNetwork(
            resolve=self._resolve,
            is_allowed=is_allowed_if_named if target.is_named else is_public,
            max_bytes=MAX_HEAD_BYTES + MAX_FRAMING * request.max_body_bytes,
        )
        if self._tls is None and target.scheme == "https":
            self._tls = create_default_context()
        async with (
            AsyncConnectionPool(
                ssl_context=self._tls, max_connections=1, max_keepalive_connections=0, network_backend=network
            ) as pool,
            pool.stream(
                request.method,
                f"{target.scheme}://{target.authority}{target.path}",
                headers=_headers(request, target),
                content=request.body or None,
                extensions={"timeout": {"connect": request.timeout_seconds * CONNECT_SHARE}},
            ) as response,
        ):
            body = await _read(response, request.max_body_bytes) if request.max_body_bytes else b""
            content_type = _header(response, b"content-type")
            return OutboundResponse(status=response.status, content_type=content_type, body=body)


def _headers(request: OutboundRequest, target: Target) -> list[tuple[str, str]]:
    fixed = {
        "Host": target.authority,
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    length = {"Content-Length": str(len(request.body))} if request.body else {}
    return list({**fixed, **request.headers, **length}.items())


async def _read(response: Response, limit: int) -> bytes:
    if _header(response, b"content-encoding").lower() not in {"", "identity"}:
        raise OutboundFailed(OutboundFailure.NOT_HTTP)
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) > limit:
            raise OutboundFailed(OutboundFailure.TOO_LARGE)
    return bytes(body)


def _header(response: Response, name: bytes) -> str:
    return b", ".join(value for key, value in response.headers if key.lower() == name).decode("latin-1")


def _failure(error: BaseException) -> OutboundFailure:
    causes = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    if any(isinstance(each, SSLError) for each in causes):
        return OutboundFailure.TLS_FAILED
    return OutboundFailure.NOT_HTTP
