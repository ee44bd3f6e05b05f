"""Errors as ``application/problem+json`` (RFC 9457), from every route and from the framework too."""

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
"""The one place where an error of the domain becomes a status."""

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
"""What the framework or a bug is told as, where no error of the domain says it."""


class InvalidParam(BaseModel):
    """What is wrong with one part of a request's body, or with a parameter."""

    pointer: str = Field(
        description="Where it is: a JSON Pointer (RFC 6901) into the body; or / and a parameter's name."
    )
    code: str = Field(description="Stable, for programs.")
    detail: str = Field(description="For people.")


class ProblemDetails(BaseModel):
    """An error, by RFC 9457. No member ever holds a value that was sent."""

    type: str = Field(description="The code as a URI.")
    title: str = Field(description="The code in words.")
    status: int
    detail: str = Field(description="For people.")
    code: str = Field(description="Stable, for programs.")
    errors: list[InvalidParam] | None = Field(default=None, description="With status 422 alone.")

    def as_json(self) -> dict[str, Any]:
        """Return the members that there are."""
        return self.model_dump(exclude_none=True)


def status_of(error: FastauthError) -> HTTPStatus:
    """Return the status of the error's category."""
    return next(status for category, status in STATUS_BY_CATEGORY.items() if isinstance(error, category))


def problem_for(error: FastauthError) -> ProblemDetails:
    """Return what is told of an error of the domain."""
    if isinstance(error, InvalidInput):
        return _unprocessable(
            [InvalidParam(pointer=f"/{v.field}", code=v.code, detail=v.detail) for v in error.violations]
        )
    return _problem(status_of(error), error.code, error.detail)


def problem_for_status(status: HTTPStatus) -> ProblemDetails:
    """Return what is told where nothing is known but the status."""
    known = CODE_AND_DETAIL_BY_STATUS.get(status)
    code, detail = known or (status.name.lower(), status.description or status.phrase)
    return _problem(status, code, detail)


def problem_response(details: ProblemDetails, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer that tells of an error."""
    return JSONResponse(details.as_json(), status_code=details.status, headers=headers, media_type=MEDIA_TYPE)


def install_problem_handlers(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Have `app`, which has these `routes`, tell every error in this form."""

    async def handle_http_exception(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if "Allow" in headers:  # a route knows its own method, and not those of the others at its address
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
        case Unauthenticated():  # no error code where no token was sent: RFC 6750, section 3.1
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
    """Translate pydantic's words. Its ``input`` and ``ctx`` hold what was sent and stay behind."""
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
