"""``POST /oauth/introspect`` (RFC 7662): whether a token can be used, and what it gives."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from fastauth.domain.introspection.introspection import Introspection
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.permissions import INTROSPECT_TOKENS
from fastauth.domain.sessions.errors import InvalidAccessToken, MissingAccessToken
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.client_authentication import (
    ClientSecretBasic,
    client_credentials,
    oauth_form,
    read_oauth_form,
    required_parameter,
)
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep, bearer_token
from fastauth.entrypoints.http.oauth_errors import NO_STORE, OAuthRoute, oauth_errors

router = APIRouter(prefix="/oauth", tags=["OAuth 2.0"], route_class=OAuthRoute)

_FORM = oauth_form(
    "token",
    token={"type": "string", "format": "password"},
    token_type_hint={"type": "string", "description": "Is not needed."},
)


class IntrospectionResponse(BaseModel):
    """What is known about a token. Of one that cannot be used, or is not for the caller, `active` alone."""

    active: bool
    token_type: str | None = Field(
        default=None, description="Bearer, refresh_token or api_key", examples=["Bearer"]
    )
    scope: str | None = Field(default=None, description="Its permissions.", examples=["orders:read"])
    client_id: str | None = None
    sub: str | None = None
    aud: str | None = None
    iss: str | None = None
    jti: str | None = None
    sid: str | None = Field(default=None, description="By which the revocation feed ends it.")
    iat: int | None = None
    exp: int | None = None

    @classmethod
    def of(cls, found: Introspection | None) -> "IntrospectionResponse":
        """Return the token as it is sent."""
        if found is None:
            return cls(active=False)
        return cls(
            active=True,
            token_type=found.token_type,
            scope=None if found.scope is None else " ".join(found.scope),
            client_id=found.client_id,
            sub=found.subject,
            aud=found.audience,
            iss=found.issuer,
            jti=found.token_id,
            sid=found.session_id,
            iat=int(found.issued_at.timestamp()),
            exp=int(found.expires_at.timestamp()),
        )


class _Caller(ClientSecretBasic):
    """Authenticates a client, or a caller that has an access token with the permission."""

    async def __call__(  # type: ignore[override]  # who asks
        self, request: Request, container: ContainerDep, address: ClientAddressDep
    ) -> Principal:
        header = request.headers.get("authorization", "")
        if header.partition(" ")[0].lower() == "bearer":
            token = bearer_token(request, missing=MissingAccessToken, invalid=InvalidAccessToken)
            principal = await container.authenticate_principal()(access_token=token)
            principal.require(INTROSPECT_TOKENS)
            return principal
        return await _client(request, container, address)


async def _client(request: Request, container: Container, address: str) -> Principal:
    sent = client_credentials(request, await read_oauth_form(request))
    client = await container.authenticate_client()(
        client_id=sent.client_id, secret=sent.secret, address=address
    )
    return Principal(kind=PrincipalKind.CLIENT, permissions=client.permissions, client_id=client.id)


CallerDep = Annotated[Principal, Depends(_Caller())]


@router.post(
    "/introspect",
    summary="Ask about a token",
    responses=oauth_errors(400, 401, 403, 413, 429, 503),
    openapi_extra=_FORM,
    response_model_exclude_none=True,
)
async def introspect_token(
    caller: CallerDep, request: Request, response: Response, container: ContainerDep
) -> IntrospectionResponse:
    """Return what is known about an access token, a refresh token or an API key (RFC 7662).

    A client sees access tokens whose audience is its id. With `fastauth:tokens.introspect` it sees all, and
    so does the bearer of an access token with that permission. Every other token is `{"active": false}`.
    """
    token = required_parameter(await read_oauth_form(request), "token")
    response.headers.update(NO_STORE)
    return IntrospectionResponse.of(await container.introspect_token()(caller=caller, token=token))
