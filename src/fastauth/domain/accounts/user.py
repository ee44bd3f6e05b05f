"""The account."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.password import PasswordHash

UserId = NewType("UserId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who has registered."""

    id: UserId
    username: Username
    fullname: FullName
    password_hash: PasswordHash
    disabled_at: datetime | None = None
    """Since when the account may not be used, if it may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """An account that may be stored: all that it will be but for the id."""

    username: Username
    fullname: FullName
    password_hash: PasswordHash
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingUser:
    """Who has a name already."""

    id: UserId
    password_hash: PasswordHash
