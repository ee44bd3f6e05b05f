"""Search the accounts."""

import json
from dataclasses import astuple, dataclass

from fastauth.application.administration.user_criteria import UserCriteria
from fastauth.domain.accounts.username import UsernameProfile
from fastauth.domain.administration.user_search import ListedUser, UserPlace, UserSearch
from fastauth.domain.email_addresses.address import AddressProfile
from fastauth.domain.list_cursor import CursorCodec, ListPage
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_USERS

MAX_LIMIT = 200
"""Accounts in one page."""

DEFAULT_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchUsers:
    """List the accounts that match, in pages whose cost does not depend on the number of accounts."""

    search: UserSearch
    username_profile: UsernameProfile
    address_profile: AddressProfile
    cursors: CursorCodec

    async def __call__(
        self,
        *,
        acting: Principal,
        criteria: UserCriteria,
        after: str | None = None,
        limit: int = DEFAULT_LIMIT,
    ) -> ListPage[ListedUser]:
        """Return a page of at most `limit` accounts.

        `after` is the cursor of the page before, which had the same criteria.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.read``.
            InvalidInput: A criterion is not allowed, or the cursor is not of a list with these criteria.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_USERS)
        wanted = criteria.parse(self.username_profile, self.address_profile)
        list_name = f"users {json.dumps(astuple(wanted))}"
        position = self.cursors.position(list_name, after)
        place = UserPlace(int(position[0]), str(position[1])) if position else None
        found = await self.search.page(wanted, after=place, limit=limit)
        following = self.cursors.encode(list_name, found.next.id, found.next.key) if found.next else None
        return ListPage(items=found.users, next=following)
