"""Protect the routes of a FastAPI application."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security.http import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from fastauth_client.bearer import bearer_token
from fastauth_client.caller import Caller
from fastauth_client.challenge import refusal_of
from fastauth_client.demand import ANY_CALLER, Demand
from fastauth_client.errors import VerificationError
from fastauth_client.verifier import Verifier

WELL_KNOWN = "/.well-known/oauth-protected-resource"

_scheme = HTTPBearer(auto_error=False, bearerFormat="JWT", description="An access token of fastauth")
"""Only for the OpenAPI document."""

_Documented = Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]


class FastAPIAuth:
    """Dependencies of a FastAPI application that verify access tokens."""

    def __init__(self, verifier: Verifier, *, resource: str | None = None) -> None:
        """Take a verifier.

        Args:
            verifier: What verifies the tokens. `lifespan` starts and stops it.
            resource: The address of this service for RFC 9728; the first audience if it is missing.
        """
        self.verifier = verifier
        self._resource = resource or verifier.audiences[0]
        self._metadata_url: str | None = None

    @asynccontextmanager
    async def lifespan(self, _app: object) -> AsyncIterator[None]:
        """Fetch the keys before the first request, and stop the background thread after the last."""
        async with self.verifier:
            yield

    def require(
        self,
        *permissions: str,
        role: str | Collection[str] = (),
        scope: str | Collection[str] = (),
        acr: str | None = None,
        max_age: float | None = None,
        fresh: bool = False,
    ) -> Any:  # noqa: ANN401  what `Depends` returns
        """Return a dependency that is the `Caller`; for the arguments see `Demand`."""
        demand = Demand.of(*permissions, role=role, scope=scope, acr=acr, max_age=max_age, fresh=fresh)

        async def verified(connection: HTTPConnection, _: _Documented) -> Caller:
            return await self._verify(connection, demand)

        return Depends(verified)

    def optional(self) -> Any:  # noqa: ANN401  as above
        """Return a dependency that is the `Caller`, or `None` for a request without a token."""

        async def verified(connection: HTTPConnection, _: _Documented) -> Caller | None:
            if "authorization" not in connection.headers:
                return None
            return await self._verify(connection, ANY_CALLER)

        return Depends(verified)

    def protected_resource(self, *, path: str = "", scopes: Collection[str] = ()) -> APIRouter:
        """Return a router with the protected resource metadata (RFC 9728), to which refusals then refer.

        Args:
            path: That of the resource, such as `/mcp`; the path of its address if it is missing.
            scopes: Those that the service uses.
        """
        address = urlsplit(self._resource)
        route = WELL_KNOWN + (path or address.path).rstrip("/")
        self._metadata_url = f"{address.scheme}://{address.netloc}{route}"
        metadata: dict[str, object] = {
            "resource": self._resource,
            "authorization_servers": [self.verifier.issuer],
            "scopes_supported": sorted(scopes),
            "bearer_methods_supported": ["header"],
        }
        router = APIRouter()

        @router.get(route, include_in_schema=False)
        async def protected_resource_metadata() -> dict[str, object]:
            return metadata

        return router

    async def _verify(self, connection: HTTPConnection, demand: Demand) -> Caller:
        try:
            token = bearer_token(*connection.headers.getlist("authorization"))
            return await self.verifier.verify(token, demand=demand)
        except VerificationError as error:
            refusal = refusal_of(error, self._metadata_url)
            raise HTTPException(refusal.status, refusal.detail, refusal.headers) from None
