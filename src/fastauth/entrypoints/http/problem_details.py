"""Errors as ``application/problem+json`` (RFC 9457), from routes and from the framework."""

from http import HTTPStatus

from starlette.responses import JSONResponse

from fastauth.domain.errors import (
    Conflict,
    FastauthError,
    Forbidden,
    Gone,
    InvalidInput,
    NotFound,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from fastauth.entrypoints.http.problem_models import InvalidParam, ProblemDetails

MEDIA_TYPE = "application/problem+json"

STATUS_BY_CATEGORY: dict[type[FastauthError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Gone: HTTPStatus.GONE,
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


def status_of(error: FastauthError) -> HTTPStatus:
    """Return the HTTP status of a domain error."""
    return next(status for category, status in STATUS_BY_CATEGORY.items() if isinstance(error, category))


def problem_for(error: FastauthError) -> ProblemDetails:
    """Return the problem details of a domain error."""
    if isinstance(error, InvalidInput):
        return unprocessable(
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


def unprocessable(errors: list[InvalidParam]) -> ProblemDetails:
    """Return the problem details of a body or parameters that are not valid."""
    named = ", ".join(dict.fromkeys(each.pointer.lstrip("/") or "the body" for each in errors))
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, InvalidInput.code, f"Not acceptable: {named}.", errors)
