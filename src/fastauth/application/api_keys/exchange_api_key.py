"""Exchange an API key for an access token."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.api_keys.authenticate_api_key import AuthenticateApiKey
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
    """Issue a short-lived access token for a key, so that services know one kind of credential."""

    authenticate: AuthenticateApiKey
    access_tokens: AccessTokens
    policy: SecondFactorPolicy
    clock: Clock

    async def __call__(
        self, *, text: str, address: str, scopes: Collection[str] | None = None
    ) -> ScopedAccessToken:
        """Return a token with the scopes of the key that its owner has now, or with those of `scopes`.

        Raises:
            InvalidApiKey: It is no valid key.
            InvalidInput: The key has none of a scope in `scopes`. One that its owner has lost is left out.
            TooManyRequests: The network of `address` has sent too many wrong keys.
            Unavailable: Try again later.
        """
        # Before the read: a revocation meanwhile refuses tokens that were issued no later than itself.
        issued_at = self.clock.now()
        owned = await self.authenticate(text=text, address=address)
        wanted = owned.key.scopes if scopes is None else frozenset(scopes)
        if wanted - owned.key.scopes:
            raise InvalidInput(Violation("scope", "not_held", "Must be scopes of the API key."))
        claims = owned.claims(wanted & owned.permissions(self.policy))
        token = await self.access_tokens.issue(claims, issued_at=issued_at)
        return ScopedAccessToken(token=token, permissions=claims.permissions)
