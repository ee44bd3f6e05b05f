"""Authenticate a request that needs a permission."""

from dataclasses import dataclass

from fastauth.application.principals.load_principal import LoadPrincipal
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.domain.principals.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatePrincipal:
    """Return the principal of an access token."""

    authenticate: Authenticate
    load_principal: LoadPrincipal

    async def __call__(self, *, access_token: str) -> Principal:
        """Return the principal with its permissions as of now.

        Raises:
            InvalidAccessToken: The token is invalid or has expired, or what it was issued for has ended.
            StorageUnavailable: Try again later.
        """
        return await self.load_principal(caller=await self.authenticate(access_token=access_token))
