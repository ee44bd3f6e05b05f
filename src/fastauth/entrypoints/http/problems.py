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
    InvalidAccessToken,
    InvalidInput,
    NotFound,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"

STATUS_OF_CATEGORY: dict[type[FastauthError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The one place where an error of the domain becomes a status."""

_CODE_OF_STATUS = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
}
_DETAIL_OF_STATUS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The header Allow lists the methods of this address.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 16 KiB.",
}


class FieldProblem(BaseModel):
    """What is wrong with one part of a request's body."""

    pointer: str = Field(
        description="Where it is: a JSON Pointer (RFC 6901) into the body.", examples=["/password"]
    )
    code: str = Field(description="Stable, for programs.", examples=["too_short"])
    detail: str = Field(description="For people.", examples=["Must have at least 8 characters."])


class ProblemDetails(BaseModel):
    """An error, by RFC 9457. No member ever holds a value that was sent."""

    type: str = Field(examples=["urn:fastauth:problem:username_taken"])
    title: str = Field(description="The code in words.", examples=["Username taken"])
    status: int = Field(examples=[409])
    detail: str = Field(description="For people.", examples=["Username already registered"])
    code: str = Field(description="Stable, for programs.", examples=["username_taken"])
    errors: list[FieldProblem] | None = Field(default=None, description="With status 422 alone.")


def problem(
    status: HTTPStatus,
    *,
    code: str,
    detail: str,
    errors: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return the answer that tells of an error."""
    details = ProblemDetails(
        type=f"urn:fastauth:problem:{code}",
        title=code.replace("_", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        errors=errors,
    )
    return JSONResponse(
        details.model_dump(exclude_none=True), status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


def internal_error() -> JSONResponse:
    """Return the answer to a request that ran into a bug."""
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        code="internal_error",
        detail="The service made a mistake. The header X-Request-Id leads to it in the log.",
    )


_DESCRIPTIONS = {
    401: "It is not shown, or no longer true, who asks.",
    403: "It is known who asks, and that they may not.",
    404: "There is no such thing, or none of the caller's.",
    409: "The name belongs to somebody.",
    413: "The body is larger than 16 KiB.",
    422: "The body is not acceptable; `errors` says where and why.",
    503: "Try again after as many seconds as Retry-After says.",
}


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI document says of a route's problems."""
    return {status: {"model": ProblemDetails, "description": _DESCRIPTIONS[status]} for status in statuses}


def install_problem_handlers(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Have `app`, which has these `routes`, tell every error in this form."""

    async def tell_framework_error(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if "Allow" in headers:  # a route knows its own method, and not those of the others at its address
            at_this_address = [
                route
                for route in routes
                if isinstance(route, Route) and route.path_regex.match(request.scope["path"])
            ]
            methods = {method for route in at_this_address for method in route.methods or ()}
            headers["Allow"] = ", ".join(sorted(methods)) or headers["Allow"]
        return _framework_error(HTTPStatus(error.status_code), headers)

    app.exception_handler(FastauthError)(_tell_domain_error)
    app.exception_handler(RequestValidationError)(_tell_unreadable_body)
    app.exception_handler(HTTPException)(tell_framework_error)


def status_of(error: FastauthError) -> HTTPStatus:
    """Return the status of the error's category."""
    return next(status for category, status in STATUS_OF_CATEGORY.items() if isinstance(error, category))


async def _tell_domain_error(_request: Request, error: FastauthError) -> JSONResponse:
    if isinstance(error, InvalidInput):
        return _unprocessable(
            [FieldProblem(pointer=f"/{v.field}", code=v.code, detail=v.detail) for v in error.violations]
        )
    return problem(status_of(error), code=error.code, detail=error.detail, headers=_headers_of(error))


async def _tell_unreadable_body(_request: Request, error: RequestValidationError) -> JSONResponse:
    return _unprocessable([_field_problem(each) for each in error.errors()])


def _framework_error(status: HTTPStatus, headers: dict[str, str]) -> JSONResponse:
    return problem(
        status,
        code=_CODE_OF_STATUS.get(status, status.name.lower()),
        detail=_DETAIL_OF_STATUS.get(status, status.description or status.phrase),
        headers=headers,
    )


def _headers_of(error: FastauthError) -> dict[str, str]:
    match error:
        case Unavailable():
            return {"Retry-After": str(error.retry_after)}
        case InvalidAccessToken():
            return {"WWW-Authenticate": f'Bearer error="{error.code}", error_description="{error.detail}"'}
        case Unauthenticated():  # no error code where no token was sent: RFC 6750, section 3.1
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _unprocessable(errors: list[FieldProblem]) -> JSONResponse:
    named = ", ".join(dict.fromkeys(each.pointer.lstrip("/") or "the body" for each in errors))
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code=InvalidInput.code,
        detail=f"Not acceptable: {named}.",
        errors=errors,
    )


def _field_problem(error: Any) -> FieldProblem:  # noqa: ANN401  a TypedDict of pydantic_core's
    """Translate pydantic's words. Its ``input`` and ``ctx`` hold what was sent and stay behind."""
    pointer = "".join(f"/{part}" for part in error["loc"][1:] if isinstance(part, str))
    match error["type"]:
        case "json_invalid":
            return FieldProblem(
                pointer="",
                code="not_json",
                detail=f"The body is not acceptable JSON: {error['ctx']['error']}.",
            )
        case "missing" if pointer:
            return FieldProblem(pointer=pointer, code="missing", detail="This field is required.")
        case "string_type":
            return FieldProblem(pointer=pointer, code="not_a_string", detail="Must be a string.")
        case _:
            return FieldProblem(
                pointer=pointer,
                code="not_an_object",
                detail="The body must be a JSON object, sent as Content-Type: application/json.",
            )
