"""The erasure of an account: requested, undone, or done."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.errors import NotFound
from fastauth.domain.secret_key import SecretKey, SecretKeys

NameDigest = NewType("NameDigest", bytes)
"""Keyed digest of a canonical username, 32 bytes."""


class ErasureNotFound(NotFound):
    """The account is not to be erased, or was never erased."""

    code = "erasure_not_found"
    detail = "There is no such erasure."


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureTerms:
    """When an account is erased, and when its username is free again."""

    delay: timedelta = timedelta(days=7)
    """Time in which the erasure can be undone; zero for none."""
    name_rest: timedelta = timedelta(days=90)
    """Time after the erasure in which only an operator may give the username to another account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The erasure of one account. It is kept without the username, so that it can be repeated and listed."""

    user_id: UserId
    requested_at: datetime
    erase_at: datetime
    """The account is erased no earlier."""
    erased_at: datetime | None = None
    """``None`` while the account is closing."""
    disabled_before: datetime | None = None
    """Since when an operator had disabled the account at the time of the request."""
    name_digest: NameDigest = field(repr=False)
    name_rests_until: datetime
    """When the username is free again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A service confirms that it has erased what it knew of an account."""

    user_id: UserId
    consumer: str
    """The id of the client that confirms; of an API key or a user, the kind and the id."""
    at: datetime


@dataclass(frozen=True, slots=True)
class ListedErasure:
    """An erasure and who has confirmed it."""

    erasure: Erasure
    receipts: tuple[Receipt, ...]


class NameDigests:
    """Compute the digests under which names of closing and erased accounts are stored."""

    def __init__(self, *keys: SecretKey) -> None:
        self._keys = SecretKeys(*keys)

    def digest(self, name: Username) -> NameDigest:
        """Return the digest that is stored from now on."""
        return self.candidates(name)[0]

    def candidates(self, name: Username) -> tuple[NameDigest, ...]:
        """Return the digest under each secret key, the newest first."""
        macs = self._keys.macs("names of erased accounts", name.canonical.encode())
        return tuple(map(NameDigest, macs))
