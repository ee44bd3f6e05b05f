"""Authenticate a request that needs a permission."""

from dataclasses import dataclass

from fastauth.application.principals.load_key_principal import LoadKeyPrincipal
from fastauth.application.principals.load_principal import LoadPrincipal
from fastauth.application.revocations.revoked_tokens import REACH
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clock import Clock
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.revocations.ports import RevocationReader
from fastauth.domain.revocations.revocation import TokenIdentity
from fastauth.domain.sessions.access_token import AccessClaims, ApiKeyClaims, ClientClaims
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatePrincipal:
    """Return the principal of an access token: a user in a session, an API key or a client."""

    access_tokens: AccessTokens
    authenticate: Authenticate
    load_principal: LoadPrincipal
    load_key_principal: LoadKeyPrincipal
    clients: ClientRepository
    revocations: RevocationReader
    clock: Clock

    async def __call__(self, *, access_token: str) -> Principal:
        """Return the principal with its permissions as of now.

        Raises:
            InvalidAccessToken: The token is invalid or has expired, or what it was issued for has ended.
            StorageUnavailable: Try again later.
        """
        match await self.access_tokens.verify_any(access_token):
            case AccessClaims():
                return await self.load_principal(caller=await self.authenticate(access_token=access_token))
            case ClientClaims() as claims:
                return await self._of_client(claims)
            case ApiKeyClaims() as claims:
                return await self.load_key_principal(claims=claims)

    async def _of_client(self, claims: ClientClaims) -> Principal:
        """Return the client with those permissions of the token that it still has.

        A token is refused here by the revocations that other services follow, and no later than there.
        """
        found = await self.clients.get(claims.client_id)
        if found is None or found.client.disabled_at or await self._is_revoked(claims):
            raise InvalidAccessToken
        return Principal(
            kind=PrincipalKind.CLIENT,
            permissions=found.client.permissions.intersection(claims.permissions),
            client_id=claims.client_id,
        )

    async def _is_revoked(self, claims: ClientClaims) -> bool:
        token = TokenIdentity(  # its `jti` is verified with its signature
            id="",
            subject=claims.client_id,
            client_id=claims.client_id,
            session_id=None,
            issued_at=claims.issued_at,
        )
        return await self.revocations.is_revoked(token, since=self.clock.now() - REACH)
