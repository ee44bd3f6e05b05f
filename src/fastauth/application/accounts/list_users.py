"""List everybody who has an account."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastauth.domain.accounts.ports import UserDirectory
from fastauth.domain.accounts.user import User

PAGE_SIZE = 500
"""Accounts that are read at a time: some hundred kilobytes of memory, however many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUsers:
    """Show all accounts, the oldest first, or those alone that are disabled or that are not."""

    directory: UserDirectory

    async def __call__(self, *, disabled: bool | None = None) -> AsyncIterator[list[User]]:
        """Yield the accounts a page at a time.

        Raises:
            StorageUnavailable: Try again later.
        """
        page = await self.directory.page(after=None, limit=PAGE_SIZE, disabled=disabled)
        while page:
            yield page
            page = await self.directory.page(after=page[-1].id, limit=PAGE_SIZE, disabled=disabled)
