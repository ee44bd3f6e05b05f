"""Load the principal of an access token of an API key."""

from dataclasses import dataclass

from fastauth.domain.api_keys.key_text import ApiKeyId
from fastauth.domain.api_keys.ports import ApiKeyRepository
from fastauth.domain.clock import Clock
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.sessions.access_token import ApiKeyClaims
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadKeyPrincipal:
    """Return the principal of a token of an API key, if the key can be used now."""

    api_keys: ApiKeyRepository
    policy: SecondFactorPolicy
    clock: Clock

    async def __call__(self, *, claims: ApiKeyClaims) -> Principal:
        """Return the principal with those permissions of the token that key and owner have now.

        Raises:
            InvalidAccessToken: The key was revoked or has expired, or its owner is disabled.
            StorageUnavailable: Try again later.
        """
        owned = await self.api_keys.find(ApiKeyId(claims.key_id))
        if owned is None or owned.owner.id != claims.user_id or not owned.is_valid(self.clock.now()):
            raise InvalidAccessToken
        return Principal(
            kind=PrincipalKind.API_KEY,
            permissions=owned.permissions(self.policy).intersection(claims.permissions),
            user_id=owned.owner.id,
            key_id=owned.key.id,
        )
