"""JSON by RFC 8259 and nothing beside it.

Python's own reader takes NaN, UTF-16, duplicate names and half characters. What such a body means
depends on who reads it, and some of it cannot be stored: it is refused before anything looks at it.
"""

import json
import re
from collections.abc import Callable, Coroutine
from itertools import accumulate
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

MAX_BODY_BYTES = 16 * 1024
"""Far above what any request of this API needs."""

MAX_DEPTH = 16
"""Levels of arrays and objects. The API's own bodies have one."""

# A string that does not end goes on to the end of the body. If it had to end, the search would begin
# again at each quotation mark within it, in a time that is quadratic in their number (CWE-1333).
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_STEPS = [(byte in b"[{") - (byte in b"]}") for byte in range(256)]
_NO_BRACKETS = bytes(byte for byte, step in enumerate(_STEPS) if not step)


MAX_QUERY_BYTES = 1024
"""Of a query, on routes that have parameters in it."""


class StrictRequest(Request):
    """A request whose JSON is read strictly, and of which nothing is read beyond its bound.

    FastAPI asks every request for its cookies and its query, whether or not a route has use for
    them. To unquote a cookie takes a time that is quadratic in its backslashes (CVE-2024-7592 of
    Python), and no route reads one.
    """

    reads_query = False

    @property
    def cookies(self) -> dict[str, str]:
        """Return none."""
        return {}

    @property
    def query_params(self) -> QueryParams:
        """Return the parameters in the query, none where the route declares none.

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
            HTTPException: It is larger than `MAX_BODY_BYTES` (status 413); no more than that is read. Or it
                has a content coding (415).
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
        """Return the body's value.

        Raises:
            json.JSONDecodeError: The body is not JSON that every reader understands alike. The
                error holds nothing of the body.
        """
        return loads(await self.body())


class StrictJSONRoute(APIRoute):
    """A route that reads its request as a `StrictRequest` does."""

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


def loads(body: bytes) -> Any:  # noqa: ANN401  any JSON value
    """Return the value that `body` writes as JSON.

    Raises:
        json.JSONDecodeError: It is not UTF-8, not JSON, nested deeper than `MAX_DEPTH`, or holds a
            name twice, half a surrogate pair, or a number that is none.
    """
    if _depth(body) > MAX_DEPTH:
        _refuse("it is nested too deep")
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        _refuse("it is not UTF-8")
    except UnicodeEncodeError:
        _refuse("it holds half of a surrogate pair")
    except _Refused as refused:
        _refuse(str(refused))
    except (ValueError, RecursionError):
        _refuse("it does not follow the grammar of JSON")
    return value


class _Refused(ValueError):
    pass


def _refuse(reason: str) -> NoReturn:
    raise json.JSONDecodeError(reason, "", 0) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Refused("a name occurs twice in one object")
    return members


def _constant(_name: str) -> NoReturn:
    raise _Refused("NaN and Infinity are no numbers")


def _depth(body: bytes) -> int:
    """Return how deep `body` nests arrays and objects."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0  # it cannot be too deep, whatever it is
    brackets = _STRINGS.sub(b"", body).translate(None, _NO_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
