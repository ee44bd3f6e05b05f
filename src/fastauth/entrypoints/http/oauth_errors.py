"""Errors of OAuth endpoints as JSON (RFC 6749, section 5.2), in place of problem details."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from fastauth.domain.clients.errors import InvalidClient
from fastauth.domain.errors import FastauthError, InvalidInput, RateLimited, Unauthenticated, Unavailable
from fastauth.entrypoints.http.problem_details import status_of
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""Headers of every answer with a token (RFC 6749, section 5.1)."""

_BAD_REQUEST = 400
_OF_PARAMETER = {"scope": "invalid_scope", "audience": "invalid_target"}
"""The error about a parameter: RFC 6749, section 5.2, and RFC 8707, section 2."""


class OAuthErrorResponse(BaseModel):
    """An error of an OAuth endpoint."""

    error: str = Field(examples=["invalid_client"])
    error_description: str


class OAuthError(Exception):
    """A request to an OAuth endpoint that the protocol does not allow."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class OAuthRoute(StrictJSONRoute):
    """A route that answers every expected error with an OAuth error."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler."""
        handle = super().get_route_handler()

        async def with_oauth_errors(request: Request) -> Response:
            try:
                return await handle(request)
            except OAuthError as error:
                return _answer(error.error, error.description, _BAD_REQUEST)
            except FastauthError as error:
                return _answer_domain_error(error)
            except HTTPException as error:  # of the body: too large, no form, a parameter twice
                detail = "Send the parameters once each, as application/x-www-form-urlencoded in ASCII."
                status = _BAD_REQUEST if error.status_code == 415 else error.status_code  # noqa: PLR2004  Unsupported Media Type
                return _answer("invalid_request", detail, status)

        return with_oauth_errors


def _answer_domain_error(error: FastauthError) -> Response:
    status = status_of(error)
    match error:
        case InvalidClient():
            return _answer(error.code, error.detail, status, {"WWW-Authenticate": 'Basic realm="fastauth"'})
        case Unauthenticated():
            return _answer("invalid_token", error.detail, status, {"WWW-Authenticate": "Bearer"})
        case InvalidInput():
            named = error.violations[0].field
            return _answer(_OF_PARAMETER.get(named, "invalid_request"), error.detail, _BAD_REQUEST)
        case RateLimited() | Unavailable():
            retry = {"Retry-After": str(error.retry_after)}
            return _answer("temporarily_unavailable", error.detail, status, retry)
    return _answer("access_denied", error.detail, status)


def _answer(error: str, description: str, status: int, headers: dict[str, str] | None = None) -> Response:
    content = {"error": error, "error_description": description}
    return JSONResponse(content, status_code=int(status), headers=NO_STORE | (headers or {}))


def oauth_errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the error responses of an OAuth route, for the OpenAPI document."""
    described = {
        400: "The request is not allowed by the protocol.",
        401: "The client is not authenticated.",
        403: "The caller lacks the permission.",
        413: "The body is too large.",
        429: "The network has sent too many refused credentials.",
        503: "The service is unavailable. Retry after the number of seconds in Retry-After.",
    }
    return {each: {"model": OAuthErrorResponse, "description": described[each]} for each in statuses}
