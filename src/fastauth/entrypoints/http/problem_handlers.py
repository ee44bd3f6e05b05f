"""Exception handlers that respond with problem details."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from fastauth.domain.errors import FastauthError, RateLimited, Unauthenticated, Unavailable
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired
from fastauth.domain.sessions.session import STEP_UP_MAX_AGE
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.missing_page import asks_for_page, missing_page
from fastauth.entrypoints.http.problem_details import (
    problem_for,
    problem_for_status,
    problem_response,
    unprocessable,
)
from fastauth.entrypoints.http.problem_models import InvalidParam
from fastauth.entrypoints.http.route_index import RouteIndex

_MISSING = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)


def install_problem_handlers(app: FastAPI, index: RouteIndex) -> None:
    """Handle all errors of `app`, which has the routes of `index`, as problem details.

    A browser at an address without a page gets a page instead.
    """

    async def handle_http_exception(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if "Allow" in headers:  # Starlette lists the methods of one route; the path may have several
            headers["Allow"] = ", ".join(index.methods(request.scope["path"])) or headers["Allow"]
        container: Container = request.app.state.container
        if error.status_code in _MISSING and container.settings().pages and asks_for_page(request):
            return missing_page(request, container, error.status_code, headers)
        return problem_response(problem_for_status(HTTPStatus(error.status_code)), headers)

    app.exception_handler(FastauthError)(_handle_domain_error)
    app.exception_handler(RequestValidationError)(_handle_validation_error)
    app.exception_handler(HTTPException)(handle_http_exception)


async def _handle_domain_error(_request: Request, error: FastauthError) -> JSONResponse:
    return problem_response(problem_for(error), _headers_for(error))


async def _handle_validation_error(_request: Request, error: RequestValidationError) -> JSONResponse:
    return problem_response(unprocessable([_invalid_param(each) for each in error.errors()]))


def _headers_for(error: FastauthError) -> dict[str, str]:
    match error:
        case Unavailable() | RateLimited():
            return {"Retry-After": str(error.retry_after)}
        case InvalidAccessToken():
            return {"WWW-Authenticate": f'Bearer error="{error.code}", error_description="{error.detail}"'}
        case StepUpRequired():  # RFC 9470, section 3
            age = int(STEP_UP_MAX_AGE.total_seconds())
            reason = f'error="insufficient_user_authentication", error_description="{error.detail}"'
            levels = f', acr_values="{" ".join(error.levels)}"' if error.levels else ""
            return {"WWW-Authenticate": f'Bearer {reason}, max_age="{age}"{levels}'}
        case NotPermitted():
            scope = f', scope="{error.permission}"' if error.permission else ""
            reason = f'error="insufficient_scope", error_description="{error.detail}"'
            return {"WWW-Authenticate": f"Bearer {reason}{scope}"}
        case Unauthenticated():  # RFC 6750, section 3.1: no error code if no token was sent
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _invalid_param(error: Any) -> InvalidParam:  # noqa: ANN401  a TypedDict of pydantic_core's
    """Translate an error of pydantic, without its ``input`` and ``ctx``: they have the sent values."""
    pointer = "".join(f"/{part}" for part in error["loc"][1:] if isinstance(part, str))
    match error["type"]:
        case "json_invalid":
            detail = f"The body is not acceptable JSON: {error['ctx']['error']}."
            return InvalidParam(pointer="", code="not_json", detail=detail)
        case "missing" if pointer:
            return InvalidParam(pointer=pointer, code="missing", detail="This field is required.")
        case "string_type":
            return InvalidParam(pointer=pointer, code="not_a_string", detail="Must be a string.")
        case _:
            detail = "The body must be a JSON object, sent as Content-Type: application/json."
            return InvalidParam(pointer=pointer, code="not_an_object", detail=detail)
