"""The OpenAPI document, and Swagger UI from files of our own: no browser has to reach the internet."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from fastauth.domain.errors import FastauthError, InvalidInput, StorageUnavailable, Violation
from fastauth.entrypoints.http.problem_details import (
    MEDIA_TYPE,
    ProblemDetails,
    problem_for,
    problem_for_status,
)
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

# FastAPI's page starts Swagger UI in an inline script and shows images from data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_AN_UNACCEPTABLE_FIELD = InvalidInput(Violation("fullname", "too_long", "Must have at most 50 characters."))

_AN_UNACCEPTABLE_PARAMETER = InvalidInput(Violation("limit", "out_of_range", "Must be from 1 to 100."))

_DESCRIPTIONS = {
    401: "It is not shown, or no longer true, who asks.",
    403: "It is known who asks, and that they may not.",
    404: "There is no such thing, or none of the caller's.",
    409: "What is asked for contradicts what is stored.",
    413: "The body is too large.",
    415: "The body has a content coding.",
    422: "The body or a parameter is not acceptable; `errors` says where and why.",
    429: "Too much came from whoever asks, or from their network.",
    503: "Try again after as many seconds as Retry-After says.",
}


NO_CONTENT: dict[str, Any] = {
    "status_code": HTTPStatus.NO_CONTENT,
    "response_class": Response,  # a JSONResponse would announce a body
}
"""Arguments of a route that answers 204."""


def problems(
    *errors: type[FastauthError], body: bool = False, query: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document says of a route that may answer with `errors`.

    Any route may find the database away. One with a `body` or a `query` may find that unacceptable.
    """
    possible = [problem_for(error()) for error in (*errors, StorageUnavailable)]
    if query:
        possible.append(problem_for(_AN_UNACCEPTABLE_PARAMETER))
    if body:
        possible += [
            problem_for(_AN_UNACCEPTABLE_FIELD),
            problem_for_status(HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            problem_for_status(HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        ]
    responses: dict[int | str, dict[str, Any]] = {}
    for details in possible:
        response = responses.setdefault(
            details.status,
            {
                "model": ProblemDetails,
                "description": _DESCRIPTIONS[details.status],
                "content": {MEDIA_TYPE: {"examples": {}}},
            },
        )
        response["content"][MEDIA_TYPE]["examples"][details.code] = {"value": details.as_json()}
    return responses


def describe_problems(app: FastAPI) -> None:
    """Have the OpenAPI document say that problems are `application/problem+json`.

    FastAPI puts the schema of every response under the media type of the successful one.
    """
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            for path in generate()["paths"].values():
                for operation in path.values():
                    for status, response in list(operation["responses"].items()):
                        if "HTTPValidationError" in str(response):  # FastAPI's own, which is never sent
                            del operation["responses"][status]
                        _move_schema(response.get("content", {}))
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI's documentation extends it


def install(app: FastAPI) -> None:
    """Add the page and its files to `app`."""
    app.mount("/docs/files", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    router = APIRouter(route_class=StrictJSONRoute)

    @router.get("/docs", include_in_schema=False)
    async def swagger_ui() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="openapi.json",  # relative, as the files are: a proxy may strip a prefix
            title="fastauth",
            swagger_js_url="docs/files/swagger-ui-bundle.js",
            swagger_css_url="docs/files/swagger-ui.css",
            swagger_favicon_url="docs/files/favicon-32x32.png",
            swagger_ui_parameters={"tryItOutEnabled": True},
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    app.include_router(router)


def _move_schema(content: dict[str, Any]) -> None:
    if MEDIA_TYPE in content:
        content[MEDIA_TYPE] |= content.pop("application/json", {})
