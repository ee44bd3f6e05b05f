"""``POST /oauth/token``: access tokens for clients."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from fastauth.entrypoints.http.client_authentication import OAuthRequestDep, oauth_form, required_parameter
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.oauth_errors import NO_STORE, OAuthError, OAuthRoute, oauth_errors

router = APIRouter(prefix="/oauth", tags=["OAuth 2.0"], route_class=OAuthRoute)

GRANT_TYPES = ("client_credentials",)

_FORM = oauth_form(
    "grant_type",
    grant_type={"type": "string", "enum": list(GRANT_TYPES)},
    scope={"type": "string", "description": "Permissions with spaces between them."},
    resource={"type": "string", "description": "An audience (RFC 8707)."},
    audience={"type": "string", "description": "The same under another name."},
)


class ClientTokenResponse(BaseModel):
    """An access token of a client (RFC 6749, section 5.1). It has no refresh token."""

    access_token: str = Field(
        description="A JWT (RFC 9068), to be sent as Authorization: Bearer ...", repr=False
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  RFC 6750's name
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[300])
    scope: str = Field(description="The permissions that it has.", examples=["orders:read orders:write"])


@router.post(
    "/token",
    summary="Get an access token as a client",
    responses=oauth_errors(400, 401, 413, 429, 503),
    openapi_extra=_FORM,
)
async def issue_token(
    sent: OAuthRequestDep, response: Response, address: ClientAddressDep, container: ContainerDep
) -> ClientTokenResponse:
    """Issue an access token for client credentials (RFC 6749, section 4.4).

    The client authenticates by its id and secret in the scheme Basic or in the form, not both. `scope` is a
    part of what the client may do; without it the token has all of it.
    """
    form, credentials = sent.form, sent.credentials
    if required_parameter(form, "grant_type") not in GRANT_TYPES:
        raise OAuthError("unsupported_grant_type", "The only grant type is client_credentials.")
    resource, audience = form.get("resource"), form.get("audience")
    if resource and audience and resource != audience:
        raise OAuthError("invalid_target", "The parameters resource and audience differ.")
    token = await container.issue_client_token()(
        client_id=credentials.client_id,
        secret=credentials.secret,
        address=address,
        scope=form.get("scope"),
        audience=resource or audience,
    )
    response.headers.update(NO_STORE)
    return ClientTokenResponse(
        access_token=token.access.text,
        expires_in=token.access.expires_in,
        scope=" ".join(token.permissions),
    )
