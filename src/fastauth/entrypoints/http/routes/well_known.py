"""``/.well-known``: what other services need to verify tokens by themselves."""

import json
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from fastauth.domain.errors import NotOffered
from fastauth.entrypoints.http.client_authentication import AUTHENTICATION_METHODS
from fastauth.entrypoints.http.dependencies import ContainerDep
from fastauth.entrypoints.http.documented_problems import problems
from fastauth.entrypoints.http.strict_json import StrictJSONRoute

router = APIRouter(prefix="/.well-known", tags=["keys and metadata"], route_class=StrictJSONRoute)


class JsonWebKeySet(BaseModel):
    """A JWK Set (RFC 7517)."""

    keys: list[dict[str, Any]] = Field(
        examples=[
            [
                {
                    "kty": "EC",
                    "crv": "P-256",
                    "x": "...",
                    "y": "...",
                    "kid": "...",
                    "use": "sig",
                    "alg": "ES256",
                }
            ]
        ]
    )


class AuthorizationServerMetadata(BaseModel):
    """Authorization Server Metadata (RFC 8414). Users log in without OAuth."""

    issuer: str = Field(examples=["https://auth.example.com"])
    jwks_uri: str = Field(examples=["https://auth.example.com/.well-known/jwks.json"])
    token_endpoint: str = Field(examples=["https://auth.example.com/oauth/token"])
    token_endpoint_auth_methods_supported: list[str] = list(AUTHENTICATION_METHODS)
    introspection_endpoint: str = Field(examples=["https://auth.example.com/oauth/introspect"])
    introspection_endpoint_auth_methods_supported: list[str] = list(AUTHENTICATION_METHODS)
    revocation_endpoint: str = Field(examples=["https://auth.example.com/oauth/revoke"])
    revocation_endpoint_auth_methods_supported: list[str] = [*AUTHENTICATION_METHODS, "none"]
    response_types_supported: list[str] = []
    grant_types_supported: list[str] = ["client_credentials"]


@router.get("/jwks.json", summary="Get the public keys", responses=problems())
async def get_jwks(container: ContainerDep, response: Response) -> JsonWebKeySet:
    """Return the public keys that verify access tokens (RFC 7517).

    The set has the next key before it signs, and earlier keys until the last token that they signed has
    expired. While the database is unavailable, the keys that were read last are returned.
    """
    keys = await container.publish_keys()()
    response.headers["Cache-Control"] = f"public, max-age={container.settings().jwks_max_age}"
    return JsonWebKeySet(keys=[json.loads(key.public_jwk) for key in keys])


@router.get(
    "/openid-configuration",
    summary="Get the metadata under its OpenID name",
    operation_id="get_openid_configuration",
)
@router.get("/oauth-authorization-server", summary="Get the authorization server metadata")
async def get_authorization_server_metadata(
    container: ContainerDep, response: Response
) -> AuthorizationServerMetadata:
    """Return the issuer, and the addresses of its public keys and its OAuth 2.0 endpoints (RFC 8414)."""
    settings = container.settings()
    response.headers["Cache-Control"] = f"public, max-age={settings.jwks_max_age}"
    return AuthorizationServerMetadata(
        issuer=settings.issuer_url,
        jwks_uri=f"{settings.issuer_url}/.well-known/jwks.json",
        token_endpoint=f"{settings.issuer_url}/oauth/token",
        introspection_endpoint=f"{settings.issuer_url}/oauth/introspect",
        revocation_endpoint=f"{settings.issuer_url}/oauth/revoke",
    )


class RelatedOrigins(BaseModel):
    """Origins that may use the passkeys of this host (Web Authentication Level 3, section 5.11)."""

    origins: list[str] = Field(examples=[["https://example.org"]])


@router.get("/webauthn", summary="Get the related origins", responses=problems(NotOffered))
async def get_related_origins(container: ContainerDep, response: Response) -> RelatedOrigins:
    """Return the origins of `FASTAUTH_WEBAUTHN_RELATED`, which browsers read on the host of the passkeys."""
    settings = container.settings()
    if settings.relying_party is None or not settings.webauthn_related:
        raise NotOffered
    response.headers["Cache-Control"] = f"public, max-age={settings.jwks_max_age}"
    return RelatedOrigins(origins=list(settings.webauthn_related))


def metadata_for_issuer_path(issuer: str) -> APIRouter:
    """Return the routes of the metadata of an issuer with a path: RFC 8414, section 3.1.

    The well-known part comes before the path: ``/.well-known/oauth-authorization-server/auth`` is
    where clients look for the metadata of ``https://example.com/auth``.
    """
    behind = APIRouter(include_in_schema=False)
    if path := urlsplit(issuer).path:
        for name in ("oauth-authorization-server", "openid-configuration"):
            behind.add_api_route(f"{router.prefix}/{name}{path}", get_authorization_server_metadata)
    return behind
