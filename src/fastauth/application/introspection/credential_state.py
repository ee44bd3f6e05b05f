"""Whether a refresh token or an API key can be used now."""

from dataclasses import dataclass

from fastauth.application.api_keys.authenticate_api_key import AuthenticateApiKey
from fastauth.domain.api_keys.api_key import SESSION_PREFIX
from fastauth.domain.api_keys.errors import InvalidApiKey
from fastauth.domain.clock import Clock
from fastauth.domain.introspection.introspection import Introspection, TokenType
from fastauth.domain.sessions.errors import InvalidRefreshToken
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialState:
    """Look up what is exchanged for access tokens. It costs one statement at most."""

    refresh_tokens: RefreshTokenCodec
    sessions: SessionRepository
    authenticate_api_key: AuthenticateApiKey
    policy: SecondFactorPolicy
    own_client_id: str
    """The client of sessions and of API keys."""
    clock: Clock

    async def of_refresh_token(self, text: str) -> Introspection | None:
        """Return a refresh token that is the current one of its session; ``None`` if it is not."""
        try:
            token = self.refresh_tokens.verify(text)
        except InvalidRefreshToken:
            return None
        found = await self.sessions.find(SessionId(token.session_id), now=self.clock.now())
        if found is None or found.session.refresh_digest not in self.refresh_tokens.digests(token):
            return None
        session = found.session
        return Introspection(
            token_type=TokenType.REFRESH_TOKEN,
            subject=str(session.user_id),
            client_id=self.own_client_id,
            session_id=session.id,
            issued_at=session.rotated_at or session.created_at,
            expires_at=session.refresh_expires_at,
        )

    async def of_api_key(self, text: str) -> Introspection | None:
        """Return an API key with what it gives now; ``None`` if it cannot be used."""
        try:
            owned = await self.authenticate_api_key(text=text, address=None)
        except InvalidApiKey:
            return None
        return Introspection(
            token_type=TokenType.API_KEY,
            subject=str(owned.owner.id),
            client_id=self.own_client_id,
            scope=tuple(sorted(owned.permissions(self.policy))),
            session_id=SESSION_PREFIX + owned.key.id,
            issued_at=owned.key.created_at,
            expires_at=owned.key.expires_at,
        )
