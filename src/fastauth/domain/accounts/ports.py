"""Ports to stored accounts."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import ExistingUser, NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.burst_limit import BurstLimit


class UserRepository(Protocol):
    """Registered accounts."""

    async def find(self, username: Username) -> User | None:
        """Return the account with the same canonical username.

        `User.has_verified_address` is read with it.
        """

    async def get(self, user_id: UserId) -> User | None:
        """Return the account with this id."""

    async def add(
        self,
        *,
        username: Username,
        fullname: FullName,
        password_hash: PasswordHash,
        locale: str | None = None,
    ) -> User:
        """Store a new account durably and return it with its id. Records `EventType.USER_CREATED`.

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

    async def compare_and_set_password(
        self, user_id: UserId, *, expected: PasswordHash, new: PasswordHash
    ) -> bool:
        """Replace the password hash if it still is `expected`; return whether it was replaced."""

    async def set_username(self, user_id: UserId, username: Username) -> None:
        """Replace the username.

        Raises:
            UsernameTaken: Another account has the same canonical username. The transaction cannot go on.
        """

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        """Disable the account as of `since`, or enable it with ``None``."""


class UserDirectory(Protocol):
    """Pages of all accounts."""

    async def page(self, *, after: UserId | None, limit: int, disabled: bool | None = None) -> list[User]:
        """Return at most `limit` accounts with ids above `after`, in the order of their ids.

        `disabled` selects accounts that are disabled, or that are not; ``None`` selects all.
        """


class BulkUserRepository(Protocol):
    """Bulk access for imports."""

    async def find_existing(self, keys: Collection[str]) -> dict[str, ExistingUser]:
        """Return the existing accounts with these canonical usernames, by canonical username."""

    async def insert_new(self, new_users: Collection[NewUser]) -> dict[str, UserId]:
        """Store the users whose username is free, in one transaction; return ids by canonical username.

        A username is not free either if it is the verified e-mail address of an account, also under a race.

        No two of `new_users` share a canonical username. Of concurrent calls with the same username,
        exactly one returns it.
        """


class SeenUsernames(AbstractContextManager["SeenUsernames"], Protocol):
    """Usernames already seen in one import, on disk; discarded on exit."""

    def first_position(self, canonical: str, position: int) -> int:
        """Remember where a canonical username was first seen, and return that position."""
