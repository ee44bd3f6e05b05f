"""The error responses of a route, for the OpenAPI document."""

from http import HTTPStatus
from typing import Any

from fastauth.domain.errors import FastauthError, InvalidInput, StorageUnavailable, Violation
from fastauth.domain.idempotency.errors import NOT_A_KEY
from fastauth.entrypoints.http.problem_details import MEDIA_TYPE, problem_for, problem_for_status
from fastauth.entrypoints.http.problem_models import ProblemDetails

_AN_UNACCEPTABLE_FIELD = InvalidInput(Violation("fullname", "too_long", "Must have at most 50 characters."))
_AN_UNACCEPTABLE_PARAMETER = InvalidInput(Violation("limit", "out_of_range", "Must be from 1 to 100."))
_A_MALFORMED_KEY = InvalidInput(NOT_A_KEY)
_DESCRIPTIONS = {
    401: "The caller is not authenticated, or their credentials are no longer valid.",
    403: "The caller is authenticated but not allowed to do this.",
    404: "The resource does not exist, or belongs to another account.",
    409: "The request conflicts with stored data.",
    410: "What the request refers to is no longer stored.",
    413: "The body is too large.",
    414: "The query is too long.",
    415: "The body has a content coding.",
    422: "The body or a parameter is invalid; `errors` lists every violation.",
    429: "The caller or their network has sent too many requests.",
    503: "The service is unavailable. Retry after the number of seconds in Retry-After.",
}


def problems(
    *errors: type[FastauthError], body: bool = False, query: bool = False, key: bool = False
) -> dict[int | str, dict[str, Any]]:
    """Return the error responses of a route that may raise `errors`, for the OpenAPI document.

    Every route may respond that the database is unavailable. A route with a `body`, a `query` or an
    ``Idempotency-Key`` may also respond that it is invalid.
    """
    possible = [problem_for(error()) for error in (*errors, StorageUnavailable)]
    if query:
        possible += [
            problem_for(_AN_UNACCEPTABLE_PARAMETER),
            problem_for_status(HTTPStatus.REQUEST_URI_TOO_LONG),
        ]
    if key:
        possible.append(problem_for(_A_MALFORMED_KEY))
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
