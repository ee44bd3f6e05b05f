"""Somebody who comes from elsewhere with an account."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.domain.full_name import FullName
from fastauth.domain.password import PasswordHash
from fastauth.domain.user import UserId
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """An account that may be stored: all that it will be but for the id."""

    username: Username
    fullname: FullName
    password_hash: PasswordHash
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has a name already."""

    id: UserId
    password_hash: PasswordHash
