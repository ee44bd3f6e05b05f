"""The account of a user."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.username import Username

UserId = NewType("UserId", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A registered account. Its password and its other credentials are stored beside it (ADR 0047)."""

    id: UserId
    username: Username
    fullname: FullName
    disabled_at: datetime | None = None
    """When the account was disabled; ``None`` for an enabled account."""
    locale: str | None = None
    """The language of mails to the user, a tag of BCP 47; ``None`` if it is not known."""
    has_verified_address: bool | None = field(default=None, compare=False)
    """Whether the account has a verified e-mail address; ``None`` if it was not read."""
    has_second_factor: bool = False
    """Whether a password alone is not enough for a log-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """An account to be stored: a `User` without its id."""

    username: Username
    fullname: FullName
    disabled_at: datetime | None = None
    locale: str | None = None
