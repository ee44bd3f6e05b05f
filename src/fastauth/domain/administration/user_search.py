"""Search of accounts, page by page, at a cost that does not depend on their number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.user import User

MAX_EXAMINED = 1_000
"""Accounts that one page looks at if a second filter leaves some of them out: a few milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFilter:
    """Which accounts are listed. All given criteria must match; prefixes are of one kind.

    Several prefixes are sorted, and none begins with another one. One of them must match.
    """

    username_prefixes: tuple[str, ...] = ()
    """Beginnings of the canonical username."""
    email_prefixes: tuple[str, ...] = ()
    """Beginnings of the key of a verified address, or of a pending one if the account has no verified one."""
    role: str | None = None
    disabled: bool | None = None


@dataclass(frozen=True, slots=True)
class UserPlace:
    """A place in the order of the search, behind which the next page begins."""

    id: int
    """Of the account; in a search by address, of the address."""
    key: str = ""
    """The canonical username or the address, in a search by one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedUser:
    """An account in a list."""

    user: User
    email: str | None
    """The verified address; in a search by address, the one that was found."""
    roles: tuple[str, ...]
    """Names, sorted."""
    erase_at: datetime | None = None
    """When a closing account is to be erased; ``None`` for an account that is not closing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUsers:
    """A page. It may have fewer accounts than asked for, even none, and yet not be the last."""

    users: tuple[ListedUser, ...]
    next: UserPlace | None
    """Where the next page begins; ``None`` after the last one."""


class UserSearch(Protocol):
    """Finds accounts."""

    async def page(self, wanted: UserFilter, *, after: UserPlace | None, limit: int) -> FoundUsers:
        """Return at most `limit` accounts behind `after`.

        The order is that of the addresses or of the usernames if one of them is searched, by code points, and
        that of the ids otherwise. A page ends early once it has looked at `MAX_EXAMINED` accounts.
        """
