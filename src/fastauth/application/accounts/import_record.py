"""What an import reads, and what it reports."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fastauth.domain.accounts.user import UserId
from fastauth.domain.errors import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """An account as another system exported it."""

    position: int
    """The position in the file, from 1."""
    old_id: str | None = None
    """The id in the other system, by which other data may refer to the account."""
    username: str
    fullname: str
    password_hash: str = field(repr=False)
    disabled_since: datetime | None = None
    email: str | None = None
    email_verified: bool = False
    """Whether the other system says that it has verified `email`."""
    totp_secret: str | None = field(default=None, repr=False)
    """The secret of an authenticator app that is confirmed there: base32, or a key URI."""


class Outcome(StrEnum):
    """The outcome for one record."""

    IMPORTED = "imported"
    EXISTS = "exists"
    SKIPPED = "skipped"
    """The record is no account."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome for one record, with the reasons for a rejection.

    The violations of an account that is imported or exists are the reasons why its address was left out.
    """

    position: int
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    old_id: str | None = None
    new_id: UserId | None = None
    """The id of the stored account; ``None`` in a dry run, or if there is no such account."""
