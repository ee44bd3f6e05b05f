"""The account."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from fastauth.domain.full_name import FullName
from fastauth.domain.password import PasswordHash
from fastauth.domain.username import Username

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
