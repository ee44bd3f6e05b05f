"""Protect the views of a Django project.

In the settings: the verifier as `FASTAUTH_VERIFIER`, and in `MIDDLEWARE` the entry
`fastauth_client.django.fastauth_middleware`. It sets `request.caller`, which is `None` if the request has no
valid token. It refuses nothing by itself, so that views may use other kinds of token; `require` does.
"""

from collections.abc import Callable, Collection
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import sync_and_async_middleware

from fastauth_client.bearer import bearer_token
from fastauth_client.caller import Caller
from fastauth_client.challenge import refusal_of
from fastauth_client.demand import Demand
from fastauth_client.errors import VerificationError
from fastauth_client.verifier import Verifier

View = Callable[..., Any]
"""A view, or a replacement of one."""


def verifier() -> Verifier:
    """Return the verifier of the settings."""
    found: Verifier = settings.FASTAUTH_VERIFIER
    return found


def token_of(request: HttpRequest) -> str:
    """Return the bearer token of a request, or raise as `bearer_token` does."""
    return bearer_token(request.headers.get("Authorization"))


def _remember(request: HttpRequest, caller: Caller | None, error: VerificationError | None) -> None:
    request.caller = caller
    request.caller_error = error


@sync_and_async_middleware  # type: ignore[untyped-decorator]  # Django has no types
def fastauth_middleware(get_response: View) -> View:
    """Set `request.caller`."""
    if iscoroutinefunction(get_response):

        async def handle_async(request: HttpRequest) -> HttpResponse:
            try:
                _remember(request, await verifier().verify(token_of(request)), None)
            except VerificationError as error:
                _remember(request, None, error)
            return await get_response(request)

        return handle_async

    def handle(request: HttpRequest) -> HttpResponse:
        try:
            _remember(request, verifier().verify_sync(token_of(request)), None)
        except VerificationError as error:
            _remember(request, None, error)
        return get_response(request)

    return handle


def require(
    *permissions: str,
    role: str | Collection[str] = (),
    scope: str | Collection[str] = (),
    acr: str | None = None,
    max_age: float | None = None,
    fresh: bool = False,
) -> Callable[[View], View]:
    """Decorate a view with what it demands; for the arguments see `Demand`. The middleware must be there."""
    demand = Demand.of(*permissions, role=role, scope=scope, acr=acr, max_age=max_age, fresh=fresh)

    def refusal(request: HttpRequest) -> HttpResponse | None:
        try:
            if request.caller_error:
                raise request.caller_error
            verifier().check(request.caller, demand)
        except VerificationError as error:
            answer = refusal_of(error)
            return JsonResponse({"detail": answer.detail}, status=answer.status, headers=answer.headers)
        return None

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  of any view
                return refusal(request) or await view(request, *args, **kwargs)

            return guarded_async

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  of any view
            return refusal(request) or view(request, *args, **kwargs)

        return guarded

    return decorate
