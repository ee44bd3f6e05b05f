"""Ports to stored accounts."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.rate_limits.burst_limit import BurstLimit


class UserRepository(Protocol):
    """Registered accounts."""

    async def find(self, username: Username) -> User | None:
        """Return the account with the same canonical username.

        `User.has_verified_address` is read with it.
        """

    async def get(self, user_id: UserId) -> User | None:
        """Return the account with this id."""

    async def add(self, new: NewUser) -> User:
        """Store a new account without a password durably, and return it with its id.

        `PasswordRepository.add_user` stores one with a password. Records `EventType.USER_CREATED`.

        Raises:
            UsernameTaken: Another account has the same canonical username. Of concurrent calls with
                one canonical username, exactly one succeeds.
            StorageUnavailable: The account may or may not have been stored.
        """

    async def set_full_name(
        self, user_id: UserId, fullname: FullName, *, now: datetime, limit: BurstLimit | None
    ) -> None:
        """Replace the full name if it differs. Records `EventType.FULL_NAME_CHANGED`.

        Raises:
            TooManyRequests: The account was renamed more often than `limit` allows.
        """

    async def set_username(self, user_id: UserId, username: Username) -> None:
        """Replace the username.

        Raises:
            UsernameTaken: Another account has the same canonical username. The transaction cannot go on.
        """

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        """Disable the account as of `since`, or enable it with ``None``.

        The transaction has called `RoleRepository.lock`: what is decided about an account by its state, such
        as whether it is the last enabled administrator, is decided by one transaction at a time.
        """


class UserDirectory(Protocol):
    """Pages of all accounts."""

    async def page(self, *, after: UserId | None, limit: int, disabled: bool | None = None) -> list[User]:
        """Return at most `limit` accounts with ids above `after`, in the order of their ids.

        `disabled` selects accounts that are disabled, or that are not; ``None`` selects all.
        """


class SeenUsernames(AbstractContextManager["SeenUsernames"], Protocol):
    """Usernames already seen in one import, on disk; discarded on exit."""

    def first_position(self, canonical: str, position: int) -> int:
        """Remember where a canonical username was first seen, and return that position."""
