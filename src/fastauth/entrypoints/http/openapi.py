"""The OpenAPI document and Swagger UI, whose files the service serves itself: browsers need no CDN."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.staticfiles import StaticFiles

from fastauth.domain.errors import FastauthError, InvalidInput, StorageUnavailable, Violation
from fastauth.entrypoints.http.problem_details import MEDIA_TYPE, problem_for, problem_for_status
from fastauth.entrypoints.http.problem_models import ProblemDetails
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

# FastAPI's page starts Swagger UI with an inline script and shows images from data: URLs.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)

_AN_UNACCEPTABLE_FIELD = InvalidInput(Violation("fullname", "too_long", "Must have at most 50 characters."))

_AN_UNACCEPTABLE_PARAMETER = InvalidInput(Violation("limit", "out_of_range", "Must be from 1 to 100."))

_DESCRIPTIONS = {
    401: "The caller is not authenticated, or their credentials are no longer valid.",
    403: "The caller is authenticated but not allowed to do this.",
    404: "The resource does not exist, or belongs to another account.",
    409: "The request conflicts with stored data.",
    413: "The body is too large.",
    415: "The body has a content coding.",
    422: "The body or a parameter is invalid; `errors` lists every violation.",
    429: "The caller or their network has sent too many requests.",
    503: "The service is unavailable. Retry after the number of seconds in Retry-After.",
}

NO_CONTENT: dict[str, Any] = {
    "status_code": HTTPStatus.NO_CONTENT,
    "response_class": Response,  # a JSONResponse would announce a body
}
"""Arguments of a route that responds with 204."""


def problems(
    *errors: type[FastauthError], body: bool = False, query: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Return the error responses of a route that may raise `errors`, for the OpenAPI document.

    Every route may respond that the database is unavailable. A route with a `body` or a `query` may also
    respond that it is invalid.
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


def install_docs(app: FastAPI, *, redirect_root: bool) -> None:
    """Add Swagger UI and its files to `app`; with `redirect_root`, ``/`` redirects to it."""
    app.mount("/docs/files", StaticFiles(packages=[("fastapi_swagger", "resources")]))

    router = APIRouter(route_class=StrictJSONRoute)

    @router.get("/docs", include_in_schema=False)
    async def swagger_ui() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="openapi.json",  # relative, like the files: a proxy may strip a prefix
            title="fastauth",
            swagger_js_url="docs/files/swagger-ui-bundle.js",
            swagger_css_url="docs/files/swagger-ui.css",
            swagger_favicon_url="docs/files/favicon-32x32.png",
            swagger_ui_parameters={"tryItOutEnabled": True},
        )
        page.headers["Content-Security-Policy"] = _POLICY
        return page

    if redirect_root:

        @router.api_route("/", methods=["GET", "HEAD"], include_in_schema=False)
        async def root() -> RedirectResponse:
            return RedirectResponse("docs", HTTPStatus.TEMPORARY_REDIRECT.value)

    app.include_router(router)


def _move_schema(content: dict[str, Any]) -> None:
    if MEDIA_TYPE in content:
        content[MEDIA_TYPE] |= content.pop("application/json", {})
