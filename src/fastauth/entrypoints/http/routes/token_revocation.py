"""``POST /oauth/revoke`` (RFC 7009): the end of a token."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from fastauth.entrypoints.http.client_authentication import (
    ClientSecretBasic,
    client_credentials,
    oauth_form,
    read_oauth_form,
    required_parameter,
)
from fastauth.entrypoints.http.dependencies import ClientAddressDep, ContainerDep
from fastauth.entrypoints.http.oauth_errors import NO_STORE, OAuthRoute, oauth_errors

router = APIRouter(prefix="/oauth", tags=["OAuth 2.0"], route_class=OAuthRoute)

_FORM = oauth_form(
    "token",
    token={"type": "string", "format": "password"},
    token_type_hint={"type": "string", "description": "Is not needed."},
    client_id={
        "type": "string",
        "description": "Alone for tokens of sessions and of API keys: `fastauth`.",
    },
)


class _Client(ClientSecretBasic):
    """Authenticates the client, and returns its id. That of sessions is public and has no secret."""

    async def __call__(  # type: ignore[override]  # the id of the client
        self, request: Request, container: ContainerDep, address: ClientAddressDep
    ) -> str:
        form, own = await read_oauth_form(request), container.access_token_policy().client_id
        has_secret = "authorization" in request.headers or "client_secret" in form
        if form.get("client_id") == own and not has_secret:
            return own
        sent = client_credentials(request, form)
        client = await container.authenticate_client()(
            client_id=sent.client_id, secret=sent.secret, address=address
        )
        return client.id


ClientDep = Annotated[str, Depends(_Client())]


@router.post(
    "/revoke",
    status_code=200,
    response_class=Response,
    summary="Revoke a token",
    responses=oauth_errors(400, 401, 413, 429, 503),
    openapi_extra=_FORM,
)
async def revoke_token(
    client_id: ClientDep, request: Request, address: ClientAddressDep, container: ContainerDep
) -> Response:
    """Revoke a token of the client (RFC 7009). The answer is 200 for unknown and foreign tokens, too.

    A client revokes its own access tokens. Sessions and API keys belong to the public client `fastauth`,
    which sends its `client_id` alone: a refresh token ends its session, an API key ends with its tokens.
    503 means that the token may still be valid: send the request again.
    """
    token = required_parameter(await read_oauth_form(request), "token")
    await container.revoke_token()(client_id=client_id, token=token, address=address)
    return Response(headers=NO_STORE)
