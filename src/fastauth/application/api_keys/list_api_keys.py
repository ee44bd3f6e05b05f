"""List the API keys of an account."""

from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.api_keys.api_key import ApiKey
from fastauth.domain.api_keys.ports import ApiKeyRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class ListApiKeys:
    """Return the keys of an account that are valid or have expired in the last 30 days."""

    api_keys: ApiKeyRepository

    async def __call__(self, *, user_id: UserId) -> tuple[ApiKey, ...]:
        """Return the keys, the newest first.

        Raises:
            StorageUnavailable: Try again later.
        """
        return await self.api_keys.of_user(user_id)
