"""Try hostile tokens at a route."""

import asyncio
import inspect
from collections.abc import Mapping
from typing import Any

from fastauth_client.testing.hostile_tokens import HOSTILE_TOKENS
from fastauth_client.testing.issuer import TestIssuer
from fastauth_client.verifier import Verifier


def assert_route_refuses_all(
    app: Any,  # noqa: ANN401  an ASGI or a WSGI application
    method: str,
    path: str,
    *,
    verifier: Verifier,
    issuer: TestIssuer,
) -> None:
    """Send a request without a token and with each hostile one to a route that needs a token.

    A valid token is sent as well: its answer must be another one than 401, so that the test proves something.

    Args:
        app: An ASGI or a WSGI application. Its lifespan is not run.
        method: Of the requests, such as `GET`.
        path: Of the requests, such as `/orders`.
        verifier: That of the application.
        issuer: Who issues the tokens.

    Raises:
        AssertionError: A request was not answered with 401 and `WWW-Authenticate: Bearer`, or the one with a
            valid token was. The message lists them.
    """
    with issuer.trusted_by(verifier):
        tokens = {"no token": None} | {str(each): each(issuer) for each in HOSTILE_TOKENS}
        tokens |= {"valid": issuer.token()}
        answers = _answers(app, method, path, tokens)
    wrong = [
        f"{name}: {status} {challenge}".rstrip()
        for name, (status, challenge) in answers.items()
        if (name == "valid") == (status == 401 and challenge.startswith("Bearer"))  # noqa: PLR2004
    ]
    assert not wrong, f"{method} {path} did not answer as it should:\n" + "\n".join(wrong)  # noqa: S101


Answers = dict[str, tuple[int, str]]
"""Status and challenge by the name of the token."""


def _answers(app: Any, method: str, path: str, tokens: Mapping[str, str | None]) -> Answers:  # noqa: ANN401
    import httpx2  # noqa: PLC0415  takes 0.1 s, and every run of pytest loads the plugin

    requests = {
        name: httpx2.Request(
            method, f"http://testserver{path}", headers={"Authorization": f"Bearer {token}"} if token else {}
        )
        for name, token in tokens.items()
    }
    if not _is_asgi(app):
        with httpx2.Client(transport=httpx2.WSGITransport(app=app)) as client:
            return {name: _read(client.send(request)) for name, request in requests.items()}

    async def send_all() -> Answers:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
            return {name: _read(await client.send(request)) for name, request in requests.items()}

    return asyncio.run(send_all())


def _read(response: Any) -> tuple[int, str]:  # noqa: ANN401  imported above
    return response.status_code, response.headers.get("WWW-Authenticate", "")


def _is_asgi(app: object) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004
