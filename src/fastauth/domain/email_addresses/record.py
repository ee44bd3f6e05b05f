"""Stored e-mail addresses of an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.address import EmailAddress

UNDO_PERIOD = timedelta(days=7)
"""How long a replaced address can be put back, and still gets notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRecord:
    """An address of an account.

    It is pending until `verified_at`, then verified until `replaced_at`. An account has at most one pending
    address and at most one verified one. No two accounts have the same verified address.
    """

    id: int
    user_id: UserId
    address: EmailAddress
    added_at: datetime
    verified_at: datetime | None = None
    replaced_at: datetime | None = None
    undeliverable_at: datetime | None = None
    """When a mail server last refused mail for this address for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedAddress:
    """An address of an account in another system."""

    address: EmailAddress
    is_verified: bool
    """Whether the other system has verified it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAddresses:
    """The current addresses of an account."""

    verified: AddressRecord | None = None
    pending: AddressRecord | None = None
