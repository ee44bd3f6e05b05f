"""Port to stored API keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.api_key import ApiKey, OwnedApiKey
from fastauth.domain.api_keys.key_text import ApiKeyId


class ApiKeyRepository(Protocol):
    """Stored API keys."""

    async def find(self, id_: ApiKeyId) -> OwnedApiKey | None:
        """Return a key with its owner, whatever their state is. It costs one statement."""

    async def of_user(self, user_id: UserId) -> tuple[ApiKey, ...]:
        """Return the keys of an account that are not revoked, expired ones too, the newest first."""

    async def unused(self, *, since: datetime, now: datetime, limit: int) -> tuple[ApiKey, ...]:
        """Return keys of all accounts that are valid now and were neither made nor used after `since`.

        The oldest come first.
        """

    async def add(self, key: ApiKey) -> None:
        """Store a key. The row of the account stays locked until commit.

        Raises:
            TooManyApiKeys: The account has `MAX_API_KEYS` that are valid when this one is made.
        """

    async def revoke(self, id_: ApiKeyId, *, user_id: UserId | None = None, now: datetime) -> UserId | None:
        """Revoke a key of any account, or of `user_id`; return its owner.

        ``None`` means that there is no such key, or that it is revoked already.
        """

    async def revoke_all(self, user_id: UserId, *, now: datetime) -> tuple[ApiKeyId, ...]:
        """Revoke the keys of an account that are valid now; return their ids, sorted."""

    async def mark_used(self, uses: Mapping[ApiKeyId, datetime]) -> None:
        """Store when keys were last used, unless a later use is stored."""
