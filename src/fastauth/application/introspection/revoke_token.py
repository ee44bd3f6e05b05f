"""Revoke a token at the request of its client."""

from dataclasses import dataclass

from fastauth.application.introspection.access_token_state import AccessTokenState
from fastauth.application.introspection.end_credential import EndCredential
from fastauth.application.revocations.revoked_tokens import RevokedTokens
from fastauth.domain.api_keys import key_text
from fastauth.domain.clock import Clock
from fastauth.domain.introspection.introspection import MAX_TOKEN_LENGTH
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.revocations.revocation import Revocation, RevocationKind
from fastauth.domain.sessions import refresh_token
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.ports import AccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken:
    """Revoke a token of a client (RFC 7009).

    An access token is revoked alone. A refresh token ends its session, and an API key ends with all its
    access tokens. What is unknown or of another client stays as it is, and is answered alike.
    """

    access_tokens: AccessTokens
    state: AccessTokenState
    end_credential: EndCredential
    revocations: RevocationLog
    revoked_tokens: RevokedTokens
    own_client_id: str
    """The client of sessions and of API keys. It has no secret: any holder of such a token may end it."""
    clock: Clock

    async def __call__(self, *, client_id: str, token: str, address: str) -> None:
        """Revoke `token` if it is of this client, which is authenticated.

        Raises:
            TooManyRequests: The network of `address` has sent too many wrong API keys.
            StorageUnavailable: The token may or may not be revoked.
        """
        is_own = client_id == self.own_client_id
        if len(token) > MAX_TOKEN_LENGTH:
            return
        if token.startswith(refresh_token.PREFIX):
            if is_own:
                await self.end_credential.session_of(token)
        elif token.startswith(key_text.PREFIX):
            if is_own:
                await self.end_credential.api_key(token, address=address)
        else:
            await self._revoke_access_token(token, client_id)

    async def _revoke_access_token(self, text: str, client_id: str) -> None:
        try:
            token = await self.access_tokens.inspect(text)
        except InvalidAccessToken:
            return
        if token.client_id == client_id and not await self.state.is_revoked(token):
            await self.revocations.add(Revocation(self.clock.now(), RevocationKind.TOKEN, token.id))
            self.revoked_tokens.add(token.id)
