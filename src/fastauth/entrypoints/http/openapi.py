"""The OpenAPI document: groups and ids of operations, and the media type of problems."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import BaseRoute

from fastauth.entrypoints.http.problem_details import MEDIA_TYPE

TAGS = [
    {"name": name, "description": description}
    for name, description in {
        "users": "Registration, and the account of the caller.",
        "invitations": "Accept an invitation to create an account, or to get roles.",
        "e-mail addresses": "The address of the caller, and the links in mails about it.",
        "personal data": "Export what is stored about an account, and erase it.",
        "second factors": "Authenticator app and recovery codes of the caller.",
        "passkeys": "Passkeys of the caller.",
        "API keys": "Keys with which programs act for the caller.",
        "passwords": "The password of the caller, and the reset of a forgotten one.",
        "sessions": "Log in, refresh, authenticate again, log out.",
        "OAuth 2.0": "Tokens of clients, introspection (RFC 7662) and revocation (RFC 7009).",
        "administration": "Accounts, roles, clients and webhooks. Each route needs a permission.",
        "revocations": "What was revoked, for services that verify access tokens themselves.",
        "events": "For other services: what happened, a copy of the accounts, receipts of erasures.",
        "keys and metadata": "Public keys, and the addresses of the endpoints.",
        "health": "Liveness and readiness.",
    }.items()
]
"""The groups of operations, in the order in which the documentation shows them."""

NO_CONTENT: dict[str, Any] = {
    "status_code": HTTPStatus.NO_CONTENT,
    "response_class": Response,  # a JSONResponse would announce a body
}
"""Arguments of a route that responds with 204."""


def name_operations(routes: Iterable[BaseRoute]) -> None:
    """Give each operation the name of its function as its id, unless it has one.

    FastAPI's own ids contain the path, so that a client generator's method names would change with it.
    """
    for route in routes:
        if isinstance(route, APIRoute):
            route.operation_id = route.operation_id or route.name


def describe_problems(app: FastAPI) -> None:
    """Document problems as `application/problem+json`.

    FastAPI documents every response with the media type of the successful one.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            document = generate()
            for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own: they are never sent
                document["components"]["schemas"].pop(name, None)
            for path in document["paths"].values():
                for operation in path.values():
                    for status, response in list(operation["responses"].items()):
                        if "HTTPValidationError" in str(response):
                            del operation["responses"][status]
                        _move_schema(response.get("content", {}))
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documentation extends it in this way


def _move_schema(content: dict[str, Any]) -> None:
    if MEDIA_TYPE in content:
        content[MEDIA_TYPE] |= content.pop("application/json", {})
