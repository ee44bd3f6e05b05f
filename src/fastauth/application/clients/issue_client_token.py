"""Issue an access token for a client."""

from dataclasses import dataclass

from fastauth.application.clients.authenticate_client import AuthenticateClient
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.access_token import AccessToken, ClientClaims
from fastauth.domain.sessions.ports import AccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientToken:
    """An access token of a client, and the permissions that it has."""

    access: AccessToken
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueClientToken:
    """Issue an access token by client credentials (RFC 6749, section 4.4). There is no refresh token."""

    authenticate_client: AuthenticateClient
    access_tokens: AccessTokens
    audience: str
    """The audience of the installation, for which every client may ask."""
    clock: Clock

    async def __call__(
        self,
        *,
        client_id: str,
        secret: str,
        address: str,
        scope: str | None = None,
        audience: str | None = None,
    ) -> ClientToken:
        """Return a token with the permissions in `scope`; without it, with all of the client.

        Raises:
            InvalidClient: Id and secret are not those of an enabled client.
            TooManyRequests: They are not, and the network has reached its limit of refusals.
            InvalidInput: The client lacks a permission in `scope`, or may not ask for `audience`.
            NoActiveSigningKey: There is no key to sign with.
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()  # before the client is read: a later change of it revokes this token
        client = await self.authenticate_client(client_id=client_id, secret=secret, address=address)
        permissions = client.granted(scope)
        if audience is not None and audience != self.audience:
            client.check_audience(audience)
        claims = ClientClaims(client_id=client.id, permissions=permissions, audience=audience, issued_at=now)
        return ClientToken(
            access=await self.access_tokens.issue(claims, issued_at=now), permissions=permissions
        )
