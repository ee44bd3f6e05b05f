"""The OpenAPI document: the ids of operations and the media type of problems."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import BaseRoute

from fastauth.entrypoints.http.problem_details import MEDIA_TYPE

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
