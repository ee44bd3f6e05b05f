"""Ports to stored accounts."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import ExistingUser, NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.rate_limits.pace import Pace


class UserRepository(Protocol):
    """Everybody who has registered."""

    async def find(self, username: Username) -> User | None:
        """Return the account whose name has the key of `username`."""

    async def add(self, *, username: Username, fullname: FullName, password_hash: PasswordHash) -> User:
        """Store a new account and return it with its id. When this returns, it is stored for good.

        Records `EventType.USER_CREATED`.

        Raises:
            UsernameTaken: Another account has the key of `username`. Of any number of calls at
                once with one key, a single one succeeds.
            StorageUnavailable: The account may or may not have been stored.
        """

    async def rename(self, user_id: UserId, fullname: FullName, *, now: datetime, pace: Pace | None) -> None:
        """Replace the full name, if it is another one. Records `EventType.FULL_NAME_CHANGED`.

        Raises:
            TooManyRequests: The account has had as many names as `pace` allows.
        """

    async def replace_password(self, user_id: UserId, *, known: PasswordHash, new: PasswordHash) -> int:
        """Replace the hash of the password if it still is `known`; return how many that were: 1 or 0."""

    async def set_disabled(self, user_id: UserId, since: datetime | None) -> None:
        """Close the account `since` some time, or open it again with ``None``."""


class UserDirectory(Protocol):
    """Everybody who has registered, to leaf through."""

    async def page(self, *, after: UserId | None, at_most: int, disabled: bool | None = None) -> list[User]:
        """Return accounts in the order of their ids, those that follow `after` or the first.

        `disabled` leaves those alone that are disabled, or those that are not.
        """


class BulkUserRepository(Protocol):
    """The way in for many at once."""

    async def holders(self, keys: Collection[str]) -> dict[str, ExistingUser]:
        """Return by their keys who goes by those names, where somebody does."""

    async def admit(self, newcomers: Collection[NewUser]) -> dict[str, UserId]:
        """Store those whose names nobody goes by, in one transaction; return their ids by their keys.

        No two of `newcomers` have one key. Of any number of calls at once with one key, a single
        one returns it.
        """


class SeenUsernames(AbstractContextManager["SeenUsernames"], Protocol):
    """Remembers names, however many, until it is left."""

    def first_position(self, key: str, place: int) -> int:
        """Return where `key` was first: at `place`, unless it is there already."""
