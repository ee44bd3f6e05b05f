"""Strict JSON (RFC 8259) for request bodies, and limits on bodies and queries.

Python's parser accepts NaN, UTF-16, duplicate names and lone surrogates. Parsers disagree on the meaning of
such a body, and parts of it cannot be stored. It is rejected before validation.

`fastauth.adapters.jose` has a smaller strict parser for tokens. The two share no code: a body needs
messages for its sender and a depth limit, a token needs neither, and both are short.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from fastauth.entrypoints.http.json_parser import loads

MAX_BODY_BYTES = 16 * 1024
"""More than any request of this API needs."""


MAX_QUERY_BYTES = 1024
"""Maximum length of a query, on routes that have query parameters."""


class StrictRequest(Request):
    """A request with strict JSON and a limit on the size of its body and query.

    FastAPI parses cookies and query of every request, even if the route declares none. Unquoting a cookie
    takes time quadratic in its backslashes (CVE-2024-7592 of Python), and no route reads cookies.
    """

    reads_query = False

    @property
    def cookies(self) -> dict[str, str]:
        """Return no cookies."""
        return {}

    @property
    def query_params(self) -> QueryParams:
        """Return the query parameters, or none if the route declares none.

        Raises:
            HTTPException: The query is larger than `MAX_QUERY_BYTES` (status 414).
        """
        if not self.reads_query:
            return QueryParams()
        if len(self.scope["query_string"]) > MAX_QUERY_BYTES:
            raise HTTPException(414)
        return super().query_params

    async def body(self) -> bytes:
        """Return the whole body.

        Raises:
            HTTPException: The body is larger than `MAX_BODY_BYTES` (status 413; reading stops there), or
                has a content coding (status 415).
        """
        if not hasattr(self, "_body"):
            if self.headers.get("content-encoding", "identity").strip().lower() != "identity":
                raise HTTPException(415, headers={"Accept-Encoding": "identity"})  # RFC 9110, 12.5.3
            received = bytearray()
            async for chunk in self.stream():
                received += chunk
                if len(received) > MAX_BODY_BYTES:
                    raise HTTPException(413)
            self._body = bytes(received)
        return self._body

    async def json(self) -> Any:  # noqa: ANN401  any JSON value, as in the base class
        """Return the JSON value of the body.

        Raises:
            json.JSONDecodeError: The body is not strict JSON. The error has no part of the body.
        """
        return loads(await self.body())


class StrictJSONRoute(APIRoute):
    """A route whose requests are `StrictRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()
        reads_query = _has_query_parameters(self.dependant)

        async def strict(request: Request) -> Response:
            read = StrictRequest(request.scope, request.receive)
            read.reads_query = reads_query
            return await handle(read)

        return strict


def _has_query_parameters(dependant: Dependant) -> bool:
    return bool(dependant.query_params) or any(map(_has_query_parameters, dependant.dependencies))
