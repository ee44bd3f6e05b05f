"""Protect the views of Django REST framework.

    class Orders(APIView):
        authentication_classes = [FastauthAuthentication]
        permission_classes = [require("orders:read")]

`request.auth` is the `Caller`. The settings need `FASTAUTH_VERIFIER`, and not the middleware.
"""

from collections.abc import Collection
from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from fastauth_client.caller import Caller
from fastauth_client.challenge import refusal_of
from fastauth_client.demand import Demand
from fastauth_client.django import token_of, verifier
from fastauth_client.errors import NoToken, VerificationError


class CallerUser:
    """`request.user` of a request with a valid token, unless `user_for` returns another."""

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def __str__(self) -> str:
        return self.caller.subject


class FastauthAuthentication(BaseAuthentication):  # type: ignore[misc]  # the framework has no types
    """Authenticates by access token."""

    def user_for(self, caller: Caller) -> Any:  # noqa: ANN401  a user of the project
        """Return `request.user`. Override it to return a row of your own."""
        return CallerUser(caller)

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        """See `BaseAuthentication`."""
        try:
            caller = verifier().verify_sync(token_of(request))
        except NoToken:
            return None
        except VerificationError as error:
            raise Refused(error) from None
        return self.user_for(caller), caller

    def authenticate_header(self, request: Request) -> str:
        """See `BaseAuthentication`."""
        return "Bearer"


class Refused(APIException):  # type: ignore[misc]  # the framework has no types
    """A refusal with the headers of RFC 6750, which the exception handler of the framework sends."""

    def __init__(self, error: VerificationError) -> None:
        refusal = refusal_of(error)
        super().__init__(refusal.detail)
        self.status_code = refusal.status
        self.auth_header = refusal.headers.get("WWW-Authenticate")
        self.wait = int(refusal.headers.get("Retry-After", 0))


def require(
    *permissions: str,
    role: str | Collection[str] = (),
    scope: str | Collection[str] = (),
    acr: str | None = None,
    max_age: float | None = None,
    fresh: bool = False,
) -> type[BasePermission]:
    """Return a permission class with what a view demands; for the arguments see `Demand`."""
    demand = Demand.of(*permissions, role=role, scope=scope, acr=acr, max_age=max_age, fresh=fresh)

    class Required(BasePermission):  # type: ignore[misc]  # the framework has no types
        def has_permission(self, request: Request, view: object) -> bool:
            if not isinstance(request.auth, Caller):
                return False
            try:
                verifier().check(request.auth, demand)
            except VerificationError as error:
                raise Refused(error) from None
            return True

    return Required
