"""Errors as ``application/problem+json`` (RFC 9457), from routes and from the framework."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from fastauth.domain.errors import (
    Conflict,
    FastauthError,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from fastauth.domain.sessions.errors import InvalidAccessToken

MEDIA_TYPE = "application/problem+json"

STATUS_BY_CATEGORY: dict[type[FastauthError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of each category of domain errors."""

CODE_AND_DETAIL_BY_STATUS = {
    HTTPStatus.NOT_FOUND: ("not_found", "There is nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method_not_allowed",
        "The header Allow lists the methods of this address.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("body_too_large", "The body is larger than 16 KiB."),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "content_encoding_not_supported",
        "The body must not be compressed: send it without Content-Encoding.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ("too_many_connections", "There are too many connections."),
    HTTPStatus.REQUEST_TIMEOUT: ("request_timeout", "The request did not arrive in time."),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: (
        "head_too_large",
        "The request line and the headers have more than 16 KiB, or there are more than 256 headers.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "internal_error",
        "The service made a mistake. The header X-Request-Id leads to it in the log.",
    ),
}
"""Code and detail of problems that are not domain errors: of the framework, the server and bugs."""


class InvalidParam(BaseModel):
    """A violation of a rule by a field of the body or by a parameter."""

    pointer: str = Field(
        description="A JSON Pointer (RFC 6901) into the body, or `/` and the name of a parameter."
    )
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="For people.")


class ProblemDetails(BaseModel):
    """An error (RFC 9457). No member contains a value of the request."""

    type: str = Field(description="The code as a URI.")
    title: str = Field(description="The code in words.")
    status: int
    detail: str = Field(description="For people.")
    code: str = Field(description="Stable, for programs.")
    errors: list[InvalidParam] | None = Field(default=None, description="Only with status 422.")

    def as_json(self) -> dict[str, Any]:
        """Return the members that are set."""
        return self.model_dump(exclude_none=True)


def status_of(error: FastauthError) -> HTTPStatus:
    """Return the HTTP status of a domain error."""
    return next(status for category, status in STATUS_BY_CATEGORY.items() if isinstance(error, category))


def problem_for(error: FastauthError) -> ProblemDetails:
    """Return the problem details of a domain error."""
    if isinstance(error, InvalidInput):
        return _unprocessable(
            [InvalidParam(pointer=f"/{v.field}", code=v.code, detail=v.detail) for v in error.violations]
        )
    return _problem(status_of(error), error.code, error.detail)


def problem_for_status(status: HTTPStatus) -> ProblemDetails:
    """Return the problem details of an error of which only the status is known."""
    known = CODE_AND_DETAIL_BY_STATUS.get(status)
    code, detail = known or (status.name.lower(), status.description or status.phrase)
    return _problem(status, code, detail)


def problem_response(details: ProblemDetails, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the response for a problem."""
    return JSONResponse(details.as_json(), status_code=details.status, headers=headers, media_type=MEDIA_TYPE)


def install_problem_handlers(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Handle all errors of `app`, which has these `routes`, as problem details."""

    async def handle_http_exception(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if "Allow" in headers:  # Starlette lists the methods of one route; the path may have several
            headers["Allow"] = ", ".join(_methods_at(request.scope["path"], routes)) or headers["Allow"]
        return problem_response(problem_for_status(HTTPStatus(error.status_code)), headers)

    app.exception_handler(FastauthError)(_handle_domain_error)
    app.exception_handler(RequestValidationError)(_handle_validation_error)
    app.exception_handler(HTTPException)(handle_http_exception)


async def _handle_domain_error(_request: Request, error: FastauthError) -> JSONResponse:
    return problem_response(problem_for(error), _headers_for(error))


async def _handle_validation_error(_request: Request, error: RequestValidationError) -> JSONResponse:
    return problem_response(_unprocessable([_invalid_param(each) for each in error.errors()]))


def _methods_at(path: str, routes: Sequence[BaseRoute]) -> list[str]:
    here = [route for route in routes if isinstance(route, Route) and route.path_regex.match(path)]
    return sorted({method for route in here for method in route.methods or ()})


def _headers_for(error: FastauthError) -> dict[str, str]:
    match error:
        case Unavailable() | RateLimited():
            return {"Retry-After": str(error.retry_after)}
        case InvalidAccessToken():
            return {"WWW-Authenticate": f'Bearer error="{error.code}", error_description="{error.detail}"'}
        case Unauthenticated():  # RFC 6750, section 3.1: no error code if no token was sent
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _problem(
    status: HTTPStatus, code: str, detail: str, errors: list[InvalidParam] | None = None
) -> ProblemDetails:
    return ProblemDetails(
        type=f"urn:fastauth:problem:{code}",
        title=code.replace("_", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        errors=errors,
    )


def _unprocessable(errors: list[InvalidParam]) -> ProblemDetails:
    named = ", ".join(dict.fromkeys(each.pointer.lstrip("/") or "the body" for each in errors))
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, InvalidInput.code, f"Not acceptable: {named}.", errors)


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
