"""API keys in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tests.fakes.roles import grants_of
from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.api_key import MAX_API_KEYS, ApiKey, OwnedApiKey
from fastauth.domain.api_keys.errors import TooManyApiKeys
from fastauth.domain.api_keys.key_text import ApiKeyId


class FakeApiKeyRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.finds = 0

    async def find(self, id_: ApiKeyId) -> OwnedApiKey | None:
        self.finds += 1
        key = self.storage.api_keys.get(id_)
        if key is None:
            return None
        return OwnedApiKey(key, self.storage.users[key.user_id], grants_of(self.storage, key.user_id))

    async def of_user(self, user_id: UserId) -> tuple[ApiKey, ...]:
        own = [key for key in self._of(user_id) if key.revoked_at is None]
        return tuple(sorted(own, key=lambda key: (key.created_at, key.id), reverse=True))

    async def unused(self, *, since: datetime, now: datetime, limit: int) -> tuple[ApiKey, ...]:
        found = [
            key
            for key in self.storage.api_keys.values()
            if key.is_valid(now) and (key.last_used_at or key.created_at) < since
        ]
        return tuple(sorted(found, key=lambda key: (key.created_at, key.id))[:limit])

    async def add(self, key: ApiKey) -> None:
        if len([each for each in self._of(key.user_id) if each.is_valid(key.created_at)]) >= MAX_API_KEYS:
            raise TooManyApiKeys
        self.storage.api_keys[key.id] = key

    async def revoke(self, id_: ApiKeyId, *, user_id: UserId | None = None, now: datetime) -> UserId | None:
        key = self.storage.api_keys.get(id_)
        if key is None or key.revoked_at or user_id not in (None, key.user_id):
            return None
        self.storage.api_keys[id_] = replace(key, revoked_at=now)
        return key.user_id

    async def revoke_all(self, user_id: UserId, *, now: datetime) -> tuple[ApiKeyId, ...]:
        ids = tuple(sorted(key.id for key in self._of(user_id) if key.is_valid(now)))
        for id_ in ids:
            await self.revoke(id_, now=now)
        return ids

    async def mark_used(self, uses: Mapping[ApiKeyId, datetime]) -> None:
        for id_, time in uses.items():
            key = self.storage.api_keys.get(id_)
            if key and (key.last_used_at is None or key.last_used_at < time):
                self.storage.api_keys[id_] = replace(key, last_used_at=time)

    def _of(self, user_id: UserId) -> list[ApiKey]:
        return [key for key in self.storage.api_keys.values() if key.user_id == user_id]
