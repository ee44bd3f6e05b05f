"""When API keys were last used, stored outside of the requests."""

from datetime import datetime

from fastauth.domain.api_keys.api_key import USE_INTERVAL, ApiKey
from fastauth.domain.api_keys.key_text import ApiKeyId
from fastauth.domain.api_keys.ports import ApiKeyRepository
from fastauth.domain.errors import StorageUnavailable

MAX_WAITING = 100_000
"""Uses that wait to be stored, about 20 MB. Further ones are not noted."""


class LastUses:
    """Collect the last uses of keys in memory. A use is noted if the stored one is `USE_INTERVAL` ago."""

    def __init__(self, *, api_keys: ApiKeyRepository) -> None:
        self._api_keys = api_keys
        self._waiting: dict[ApiKeyId, datetime] = {}

    def add(self, key: ApiKey, *, now: datetime) -> None:
        """Note a use."""
        is_due = key.last_used_at is None or now >= key.last_used_at + USE_INTERVAL
        if is_due and len(self._waiting) < MAX_WAITING:
            self._waiting[key.id] = now

    async def store(self) -> int:
        """Store what was noted; return how many keys were used.

        Raises:
            StorageUnavailable: The uses wait for the next call.
        """
        uses, self._waiting = self._waiting, {}
        try:
            await self._api_keys.mark_used(uses)
        except StorageUnavailable:
            self._waiting = uses | self._waiting
            raise
        return len(uses)
