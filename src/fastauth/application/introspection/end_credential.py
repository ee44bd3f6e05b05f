"""Revoke a refresh token or an API key at the request of its holder."""

from dataclasses import dataclass

from fastauth.application.api_keys.authenticate_api_key import AuthenticateApiKey
from fastauth.application.api_keys.revoke_api_key import RevokeApiKey
from fastauth.domain.api_keys.errors import ApiKeyNotFound, InvalidApiKey
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.errors import InvalidRefreshToken
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCredential:
    """End the session of a refresh token, or an API key with all its access tokens."""

    refresh_tokens: RefreshTokenCodec
    sessions: SessionRepository
    authenticate_api_key: AuthenticateApiKey
    revoke_api_key: RevokeApiKey
    unit_of_work: UnitOfWork
    clock: Clock

    async def session_of(self, text: str) -> None:
        """End the session of a refresh token, also of one that was replaced: it was issued for it."""
        try:
            id_ = SessionId(self.refresh_tokens.verify(text).session_id)
        except InvalidRefreshToken:
            return
        now = self.clock.now()
        found = await self.sessions.find(id_, now=now)
        if found is None:
            return
        async with self.unit_of_work.begin() as transaction:
            if await transaction.sessions.revoke(found.user.id, session_id=id_, now=now):
                ended = EventType.LOGGED_OUT
                await transaction.events.record(
                    Event(type=ended, occurred_at=now, user_id=found.user.id, session_id=id_)
                )
                await transaction.commit()

    async def api_key(self, text: str, *, address: str) -> None:
        """Revoke an API key. `address` is that of the client, whose wrong keys are counted."""
        try:
            owned = await self.authenticate_api_key(text=text, address=address)
            await self.revoke_api_key(id_=owned.key.id)
        except (InvalidApiKey, ApiKeyNotFound):
            return
