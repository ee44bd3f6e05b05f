"""Revoke an API key."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.api_key import access_ended
from fastauth.domain.api_keys.errors import ApiKeyNotFound
from fastauth.domain.api_keys.key_text import parse_api_key_id
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.session import SessionId
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeApiKey:
    """End a key and all access tokens that it was exchanged for. It takes access away: no step-up."""

    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(
        self, *, id_: str, user_id: UserId | None = None, session_id: SessionId | None = None
    ) -> None:
        """Revoke a key of the account `user_id`; without it, of any account.

        Raises:
            ApiKeyNotFound: The account has no such key, or it is revoked already.
            StorageUnavailable: The key may or may not be revoked.
        """
        key_id, now = parse_api_key_id(id_), self.clock.now()
        if key_id is None:
            raise ApiKeyNotFound
        async with self.unit_of_work.begin() as transaction:
            owner = await transaction.api_keys.revoke(key_id, user_id=user_id, now=now)
            if owner is None:
                raise ApiKeyNotFound
            await transaction.revocations.add(access_ended(key_id, at=now))
            revoked = EventType.API_KEY_REVOKED
            event = Event(type=revoked, occurred_at=now, user_id=owner, session_id=session_id, detail=key_id)
            await transaction.events.record(event)
            await transaction.commit()
