"""Issue an API key for a user, by an operator."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.api_keys.store_key import ApiKeyTerms, NewApiKey, StoreApiKey
from fastauth.domain.api_keys.api_key import DEFAULT_DAYS
from fastauth.domain.roles.ports import RoleRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueApiKey:
    """Make a key for a user. Only an operator can give it permissions to manage roles, clients and keys."""

    find_user: FindUser
    roles: RoleRepository
    store: StoreApiKey

    async def __call__(
        self, *, username: str, name: str, scopes: Collection[str], days: int = DEFAULT_DAYS
    ) -> NewApiKey:
        """Return the key, whose text is never shown again.

        Raises:
            UserNotFound: No account has this username.
            InvalidInput: The name or the number of days is not allowed, or the user lacks a permission.
            TooManyApiKeys: The account has 50 keys already.
            StorageUnavailable: The key may or may not have been stored.
        """
        user = await self.find_user(username=username)
        held = (await self.roles.grants_of(user.id)).permissions
        terms = ApiKeyTerms.parse(name=name, scopes=scopes, days=days, held=held, by_operator=True)
        return await self.store(terms, user_id=user.id)
