"""Authenticate a request that needs a permission."""

from dataclasses import dataclass

from fastauth.application.principals.load_key_principal import LoadKeyPrincipal
from fastauth.application.principals.load_principal import LoadPrincipal
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.domain.principals.principal import Principal
from fastauth.domain.sessions.access_token import ApiKeyClaims
from fastauth.domain.sessions.ports import AccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatePrincipal:
    """Return the principal of an access token."""

    access_tokens: AccessTokens
    authenticate: Authenticate
    load_principal: LoadPrincipal
    load_key_principal: LoadKeyPrincipal

    async def __call__(self, *, access_token: str) -> Principal:
        """Return the principal with its permissions as of now.

        Raises:
            InvalidAccessToken: The token is invalid or has expired, or what it was issued for has ended.
            StorageUnavailable: Try again later.
        """
        claims = await self.access_tokens.verify_any(access_token)
        if isinstance(claims, ApiKeyClaims):
            return await self.load_key_principal(claims=claims)
        return await self.load_principal(caller=await self.authenticate(access_token=access_token))
