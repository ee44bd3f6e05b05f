"""``/users/me/api-keys``: the caller's API keys, and ``/api-keys/token``: what they are good for."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, status
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field

from fastauth.application.api_keys.exchange_api_key import ScopedAccessToken
from fastauth.domain.api_keys.api_key import DEFAULT_DAYS, MAX_DAYS, ApiKey
from fastauth.domain.api_keys.errors import ApiKeyNotFound, InvalidApiKey, TooManyApiKeys
from fastauth.domain.rate_limits.errors import TooManyRequests
from fastauth.domain.sessions.errors import StepUpRequired
from fastauth.entrypoints.http.dependencies import (
    AUTHENTICATION_ERRORS,
    CallerDep,
    ClientAddressDep,
    ContainerDep,
    bearer_token,
)
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.openapi import NO_CONTENT
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(tags=["API keys"], route_class=StrictJSONRoute)


class NewApiKeyRequest(BaseModel):
    """The name, the scopes and the lifetime of a new key."""

    name: str = Field(description="1 to 50 characters.", examples=["Backup"])
    scopes: list[str] = Field(
        description="Permissions of the caller. The key has each of them as long as the caller has it.",
        examples=[["orders:read"]],
    )
    expires_in_days: int = Field(default=DEFAULT_DAYS, description=f"1 to {MAX_DAYS}.")


class ApiKeyResponse(BaseModel):
    """A key of the caller, without its text."""

    id: str = Field(examples=["4eC39HqLyjWDarjt"])
    name: str = Field(examples=["Backup"])
    scopes: list[str] = Field(examples=[["orders:read"]])
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="Up to six minutes before the last use.")

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyResponse":
        """Return the key as it is sent."""
        return cls(
            id=key.id,
            name=key.name.text,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
        )


class NewApiKeyResponse(ApiKeyResponse):
    """A new key."""

    key: str = Field(description="The key. It is shown once.", examples=["fa_key_..."], repr=False)


class ApiKeysResponse(BaseModel):
    """The keys of the caller."""

    api_keys: list[ApiKeyResponse]


class ExchangeApiKeyRequest(BaseModel):
    """The scopes and the audience of the access token."""

    audience: str | None = Field(
        default=None,
        description="The id of a client that is to accept the token alone. All services do without it.",
        examples=["fa_c_4eC39HqLyjWDarjt2xYz"],
    )
    scope: str | None = Field(
        default=None,
        description="Some of the scopes of the key, with spaces between. All of them without it.",
        examples=["orders:read"],
    )


class ApiKeyTokenResponse(BaseModel):
    """An access token, with the member names of OAuth 2 (RFC 6749). There is no refresh token."""

    access_token: str = Field(
        description="A JWT (RFC 9068), to be sent as Authorization: Bearer ...", repr=False
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  RFC 6750's name
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[300])
    scope: str = Field(
        description="The permissions in the token: those scopes that the owner of the key has now.",
        examples=["orders:read"],
    )

    @classmethod
    def of(cls, issued: ScopedAccessToken) -> "ApiKeyTokenResponse":
        """Return the token as it is sent."""
        return cls(
            access_token=issued.token.text,
            expires_in=issued.token.expires_in,
            scope=" ".join(issued.permissions),
        )


class _ApiKey(HTTPBearer):
    """Reads the key. The base class only documents the scheme."""

    async def __call__(self, request: Request) -> str:  # type: ignore[override]  # the text of the key
        return bearer_token(request, missing=InvalidApiKey, invalid=InvalidApiKey)


ApiKeyDep = Annotated[str, Depends(_ApiKey(scheme_name="ApiKey", description="An API key."))]


@router.post(
    "/users/me/api-keys",
    status_code=status.HTTP_201_CREATED,
    summary="Create an API key",
    responses=problems(*AUTHENTICATION_ERRORS, StepUpRequired, TooManyApiKeys, TooManyRequests, body=True),
)
async def create_api_key(
    body: NewApiKeyRequest, caller: CallerDep, container: ContainerDep
) -> NewApiKeyResponse:
    """Make a key for a program of the caller, and return it once.

    The session must have been authenticated in the last ten minutes, by two factors if the account has any.
    """
    new = await container.create_api_key()(
        caller=caller, name=body.name, scopes=body.scopes, days=body.expires_in_days
    )
    return NewApiKeyResponse(**ApiKeyResponse.of(new.key).model_dump(), key=new.text)


@router.get("/users/me/api-keys", summary="List one's API keys", responses=problems(*AUTHENTICATION_ERRORS))
async def list_api_keys(caller: CallerDep, container: ContainerDep) -> ApiKeysResponse:
    """Return the keys of the account, the newest first. Expired ones are listed for 30 days more."""
    keys = await container.list_api_keys()(user_id=caller.user.id)
    return ApiKeysResponse(api_keys=[ApiKeyResponse.of(key) for key in keys])


@router.delete(
    "/users/me/api-keys/{key_id}",
    **NO_CONTENT,
    summary="Revoke an API key",
    responses=problems(*AUTHENTICATION_ERRORS, ApiKeyNotFound),
)
async def revoke_api_key(key_id: str, caller: CallerDep, container: ContainerDep) -> None:
    """End a key, and all access tokens that it was exchanged for."""
    await container.revoke_api_key()(id_=key_id, user_id=caller.user.id, session_id=caller.session.id)


@router.post(
    "/api-keys/token",
    summary="Exchange an API key for an access token",
    responses=problems(InvalidApiKey, TooManyRequests, body=True),
)
async def exchange_api_key(
    key: ApiKeyDep,
    address: ClientAddressDep,
    container: ContainerDep,
    body: ExchangeApiKeyRequest | None = None,
) -> ApiKeyTokenResponse:
    """Return an access token for the API key in the header `Authorization`, which services verify.

    It ends after some minutes and is not renewed: exchange the key again. Its `sub` is the owner, its `sid`
    the key. It opens no route of the owner's own account.
    """
    scopes = None if body is None or body.scope is None else body.scope.split()
    return ApiKeyTokenResponse.of(
        await container.exchange_api_key()(
            text=key, address=address, scopes=scopes, audience=body.audience if body else None
        )
    )
