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
    """Everybody who has registered."""

    async def find(self, username: Username) -> User | None:
        """Return the account whose name has the canonical form of `username`."""

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        """Store a new account and return it with its id. When this returns, it is stored for good.

        Records `EventType.USER_CREATED`.

        Raises:
            UsernameTaken: Another account has the canonical form of `username`. Of any number of calls at
                once with one canonical form, a single one succeeds.
            StorageUnavailable: The account may or may not have been stored.
        """

    async def set_full_name(
        self, user_id: UserId, fullname: FullName, *, now: datetime, limit: BurstLimit | None
    ) -> None:
        """Replace the full name, if it is another one. Records `EventType.FULL_NAME_CHANGED`.

        Raises:
            TooManyRequests: The account has had as many names as `pace` allows.
        """

    async def compare_and_set_password(
        self, user_id: UserId, *, expected: PasswordHash, new: PasswordHash
    ) -> bool:
        """Replace the hash of the password if it still is `expected`; return how many that were: 1 or 0."""

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        """Close the account `since` some time, or open it again with ``None``."""


class UserDirectory(Protocol):
    """Everybody who has registered, to leaf through."""

    async def page(self, *, after: UserId | None, limit: int, disabled: bool | None = None) -> list[User]:
        """Return accounts in the order of their ids, those that follow `after` or the first.

        `disabled` leaves those alone that are disabled, or those that are not.
        """


class BulkUserRepository(Protocol):
    """The way in for many at once."""

    async def find_existing(self, keys: Collection[str]) -> dict[str, ExistingUser]:
        """Return by their keys who goes by those names, where somebody does."""

    async def insert_new(self, new_users: Collection[NewUser]) -> dict[str, UserId]:
        """Store those whose names nobody goes by, in one transaction; return their ids by their keys.

        No two of `new_users` share a canonical username. Of concurrent calls with the same username,
        exactly one returns it.
        """


class SeenUsernames(AbstractContextManager["SeenUsernames"], Protocol):
    """Remembers names, however many, until it is left."""

    def first_position(self, canonical: str, position: int) -> int:
        """Return where `canonical` was first: at `position`, unless it is there already."""
