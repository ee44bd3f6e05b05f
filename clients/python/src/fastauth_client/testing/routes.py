"""Try hostile tokens at a route."""

import asyncio
import inspect
from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastauth_client.testing.hostile_tokens import HOSTILE_TOKENS
from fastauth_client.testing.issuer import TestIssuer

if TYPE_CHECKING:
    import httpx2


def assert_route_refuses_all(
    app: Any,  # noqa: ANN401  an ASGI or a WSGI application
    method: str,
    path: str,
    *,
    issuer: TestIssuer,
) -> None:
    """Send a request without a token and with each hostile one to a route that needs a token.

    A valid token is sent as well: its answer must be another one than 401, so that the test proves something.

    Args:
        app: An ASGI or a WSGI application. Its lifespan is not run.
        method: Of the requests, such as `GET`.
        path: Of the requests, such as `/orders`.
        issuer: Issues the tokens. The verifier of the application trusts it.

    Raises:
        AssertionError: A request was not answered with 401 and `WWW-Authenticate: Bearer`, or the one with a
            valid token was. The message lists them.
    """
    import httpx2  # noqa: PLC0415  takes 0.1 s, and every run of pytest loads the plugin

    tokens = {"no token": None} | {str(each): each(issuer) for each in HOSTILE_TOKENS}
    tokens |= {"valid": issuer.token()}
    requests = [
        httpx2.Request(
            method, f"http://testserver{path}", headers={"Authorization": f"Bearer {token}"} if token else {}
        )
        for token in tokens.values()
    ]
    responses = send_all(app, requests)
    wrong = [
        f"{name}: {response.status_code}"
        for name, response in zip(tokens, responses, strict=True)
        if _is_refusal(response) == (name == "valid")
    ]
    if wrong:
        raise AssertionError("\n".join([f"{method} {path} did not answer as it should:", *wrong]))


def send_all(app: Any, requests: "Sequence[httpx2.Request]") -> "list[httpx2.Response]":  # noqa: ANN401  of any framework
    """Send requests to an ASGI or a WSGI application, one after the other, and return the answers."""
    import httpx2  # noqa: PLC0415  as above

    if not _is_asgi(app):
        with httpx2.Client(transport=httpx2.WSGITransport(app=app)) as client:
            return [client.send(request) for request in requests]

    async def send() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
            return [await client.send(request) for request in requests]

    return asyncio.run(send())


def _is_refusal(response: "httpx2.Response") -> bool:
    challenge = response.headers.get("WWW-Authenticate", "")
    return response.status_code == HTTPStatus.UNAUTHORIZED and challenge.startswith("Bearer")


def _is_asgi(app: object) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004  is it async?
