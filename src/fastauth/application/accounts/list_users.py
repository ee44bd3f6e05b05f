"""List all users."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastauth.domain.accounts.ports import UserDirectory
from fastauth.domain.accounts.user import User

PAGE_SIZE = 500
"""Accounts in one page: some hundred kilobytes of memory, whatever the number of accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """List all accounts, the oldest first; optionally only disabled or only enabled ones."""

    directory: UserDirectory

    async def __call__(self, *, disabled: bool | None = None) -> AsyncIterator[list[User]]:
        """Yield pages of accounts.

        Raises:
            StorageUnavailable: Try again later.
        """
        page = await self.directory.page(after=None, limit=PAGE_SIZE, disabled=disabled)
        while page:
            yield page
            page = await self.directory.page(after=page[-1].id, limit=PAGE_SIZE, disabled=disabled)
