"""List erasures."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastauth.domain.accounts.user import UserId
from fastauth.domain.personal_data.erasure import ListedErasure
from fastauth.domain.personal_data.ports import ErasureRepository

PAGE_SIZE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListErasures:
    """List accounts that close or were erased, with the services that have confirmed it."""

    erasures: ErasureRepository

    async def __call__(self) -> AsyncIterator[list[ListedErasure]]:
        """Yield pages in the order of the ids of the accounts.

        Raises:
            StorageUnavailable: Try again later.
        """
        after: UserId | None = None
        while page := await self.erasures.page(after=after, limit=PAGE_SIZE):
            yield page
            after = page[-1].erasure.user_id
