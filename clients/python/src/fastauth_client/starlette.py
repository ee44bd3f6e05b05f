"""Protect the routes of a Starlette application.

    app.add_middleware(AuthenticationMiddleware, backend=StarletteBackend(verifier), on_error=on_error)

    @require("orders:read")
    async def orders(request): ...  # request.user.caller

A request without a token goes on as unauthenticated. One with an invalid token is refused.
"""

from collections.abc import Awaitable, Callable, Collection
from functools import wraps

from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, BaseUser
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from fastauth_client.bearer import bearer_token
from fastauth_client.caller import Caller
from fastauth_client.challenge import Refusal, refusal_of
from fastauth_client.demand import Demand
from fastauth_client.errors import NoToken, VerificationError
from fastauth_client.verifier import Verifier


class CallerUser(BaseUser):
    """`request.user` of a request with a valid token."""

    def __init__(self, caller: Caller, verifier: Verifier) -> None:
        self.caller = caller
        self.verifier = verifier

    @property
    def is_authenticated(self) -> bool:
        """See `BaseUser`."""
        return True

    @property
    def display_name(self) -> str:
        """The id of the account; tokens have no name."""
        return self.caller.subject

    @property
    def identity(self) -> str:
        """The id of the account."""
        return self.caller.subject


class Refused(AuthenticationError):
    """The token was refused, for the reason in `reason`."""

    def __init__(self, reason: VerificationError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class StarletteBackend(AuthenticationBackend):
    """A backend of Starlette's `AuthenticationMiddleware`. The scopes are what the token grants."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        """See `AuthenticationBackend`."""
        try:
            caller = await self.verifier.verify(bearer_token(*conn.headers.getlist("authorization")))
        except NoToken:
            return None
        except VerificationError as error:
            raise Refused(error) from None
        return AuthCredentials(["authenticated", *sorted(caller.granted)]), CallerUser(caller, self.verifier)


def on_error(_: HTTPConnection, error: AuthenticationError) -> Response:
    """Answer a request whose token was refused. Give it to the middleware as `on_error`."""
    return _response(refusal_of(error.reason if isinstance(error, Refused) else NoToken()))


def require(
    *permissions: str,
    role: str | Collection[str] = (),
    scope: str | Collection[str] = (),
    acr: str | None = None,
    max_age: float | None = None,
    fresh: bool = False,
) -> Callable[[Callable[[Request], Awaitable[Response]]], Callable[[Request], Awaitable[Response]]]:
    """Decorate an endpoint with what it demands; for the arguments see `Demand`."""
    demand = Demand.of(*permissions, role=role, scope=scope, acr=acr, max_age=max_age, fresh=fresh)

    def decorate(
        endpoint: Callable[[Request], Awaitable[Response]],
    ) -> Callable[[Request], Awaitable[Response]]:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            user = request.user
            try:
                if not isinstance(user, CallerUser):
                    raise NoToken
                user.verifier.check(user.caller, demand)
            except VerificationError as error:
                return _response(refusal_of(error))
            return await endpoint(request)

        return guarded

    return decorate


def _response(refusal: Refusal) -> Response:
    return JSONResponse({"detail": refusal.detail}, refusal.status, refusal.headers)
