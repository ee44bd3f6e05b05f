"""Exchange an API key for an access token."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.api_keys.authenticate_api_key import AuthenticateApiKey
from fastauth.domain.clients.client_id import CLIENT_ID, ClientId
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clock import Clock
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.sessions.access_token import AccessToken
from fastauth.domain.sessions.ports import AccessTokens
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedAccessToken:
    """An access token, and the permissions in it."""

    token: AccessToken
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeApiKey:
    """Issue a short-lived access token for a key, so that services handle one kind of credential."""

    authenticate: AuthenticateApiKey
    access_tokens: AccessTokens
    clients: ClientRepository
    audience: str
    """The audience of the installation."""
    policy: SecondFactorPolicy
    clock: Clock

    async def __call__(
        self,
        *,
        text: str,
        address: str,
        scopes: Collection[str] | None = None,
        audience: str | None = None,
    ) -> ScopedAccessToken:
        """Return a token with the scopes of the key that its owner has now, or with those of `scopes`.

        `audience` is the id of a client, for which alone the token is then; without it, all services are.

        Raises:
            InvalidApiKey: It is no valid key.
            InvalidInput: The key has none of a scope in `scopes`, or `audience` is no client. A scope that
                the owner has lost is left out.
            TooManyRequests: The network of `address` has sent too many wrong keys.
            Unavailable: Try again later.
        """
        # Before the read: a revocation meanwhile refuses tokens that were issued no later than itself.
        issued_at = self.clock.now()
        owned = await self.authenticate(text=text, address=address)
        wanted = owned.key.scopes if scopes is None else frozenset(scopes)
        if wanted - owned.key.scopes:
            raise InvalidInput(Violation("scope", "not_held", "Must be scopes of the API key."))
        claims = owned.claims(
            wanted & owned.permissions(self.policy), audience=await self._check_audience(audience)
        )
        token = await self.access_tokens.issue(claims, issued_at=issued_at)
        return ScopedAccessToken(token=token, permissions=claims.permissions)

    async def _check_audience(self, audience: str | None) -> str | None:
        if audience is None or audience == self.audience:
            return None
        found = await self.clients.get(ClientId(audience)) if CLIENT_ID.fullmatch(audience) else None
        if found is None or found.client.disabled_at:
            raise InvalidInput(Violation("audience", "not_allowed", "Must be the id of a client."))
        return audience
