"""The outermost middleware: request ids, default headers, the request log and unhandled exceptions."""

from collections.abc import Iterable
from http import HTTPStatus
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from fastauth.entrypoints.http.dependencies import SCOPE_USER_ID
from fastauth.entrypoints.http.middleware.client_origin import SCOPE_CLIENT_ADDRESS
from fastauth.entrypoints.http.middleware.instrumentation import route_template
from fastauth.entrypoints.http.middleware.request_id import request_id_of
from fastauth.entrypoints.http.problem_details import problem_for_status, problem_response

_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
]

_AUDITED_STATUSES = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS}
)
"""Responses whose log line has the account and the client address: OWASP ASVS 5.0, 16.2.1, 16.3.2, 16.3.3."""


class RequestLogMiddleware:
    """Add a request id and default headers to each response, and log each request in one line.

    The line has the template of the route, and never the path, the query, a header or the body. If the
    request was denied, the line also has the account, if known, and the client address.
    An unhandled exception is logged and becomes a problem response with status 500.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle an ASGI connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        request_id = request_id_of(scope)
        bind_contextvars(request_id=request_id.decode())  # each request runs in its own task and context
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = with_default_headers(message.get("headers", ()), request_id=request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # there is no handler for the exception: it is a bug
            self._log.error("unhandled_exception", exc_info=error)
            if status:
                raise  # the response has begun: uvicorn can only close the connection
            response = problem_response(problem_for_status(HTTPStatus.INTERNAL_SERVER_ERROR))
            await response(scope, receive, send_with_headers)
        finally:
            self._log.info(
                "request",
                method=scope["method"],
                route=route_template(scope) or "-",
                status=status or "-",
                duration_ms=round((perf_counter() - began) * 1_000, 1),
                **(_user_and_address(scope) if status in _AUDITED_STATUSES else {}),
            )


def with_default_headers(
    own: Iterable[tuple[bytes, bytes]], *, request_id: bytes
) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response, with the default headers that it does not set itself."""
    headers = [*own, (b"x-request-id", request_id)]
    present = {name for name, _ in headers}
    return headers + [header for header in _HEADERS if header[0] not in present]


def _user_and_address(scope: Scope) -> dict[str, object]:
    """Return the account id and the client address, as far as they are known."""
    known = {"user": scope.get(SCOPE_USER_ID), "address": scope.get(SCOPE_CLIENT_ADDRESS)}
    return {name: value for name, value in known.items() if value is not None}
