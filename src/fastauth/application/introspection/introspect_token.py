"""Return to a service whether a token can be used, and its permissions."""

from dataclasses import dataclass

from fastauth.application.introspection.access_token_state import AccessTokenState, describe
from fastauth.application.introspection.credential_state import CredentialState
from fastauth.domain.api_keys import key_text
from fastauth.domain.introspection.introspection import MAX_TOKEN_LENGTH, Introspection
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import INTROSPECT_TOKENS
from fastauth.domain.sessions import refresh_token
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrospectToken:
    """Return what is known about a token (RFC 7662).

    A client sees access tokens whose audience it is. A caller with the permission `INTROSPECT_TOKENS` sees
    all access tokens, refresh tokens and API keys. Other callers get every token as one that cannot be used.
    """

    access_tokens: AccessTokens
    access_token_state: AccessTokenState
    credential_state: CredentialState

    async def __call__(self, *, caller: Principal, token: str) -> Introspection | None:
        """Return the token; ``None`` if it cannot be used, or `caller` must not see it.

        Raises:
            StorageUnavailable: Try again later.
        """
        sees_all = INTROSPECT_TOKENS in caller.permissions
        if len(token) > MAX_TOKEN_LENGTH:
            return None
        if token.startswith(refresh_token.PREFIX):
            return await self.credential_state.of_refresh_token(token) if sees_all else None
        if token.startswith(key_text.PREFIX):
            return await self.credential_state.of_api_key(token) if sees_all else None
        return await self._access_token(token, caller, sees_all=sees_all)

    async def _access_token(self, text: str, caller: Principal, *, sees_all: bool) -> Introspection | None:
        try:
            token = await self.access_tokens.inspect(text)
        except InvalidAccessToken:
            return None
        if not sees_all and token.audience != caller.client_id:
            return None
        return describe(token) if await self.access_token_state.is_usable(token) else None
