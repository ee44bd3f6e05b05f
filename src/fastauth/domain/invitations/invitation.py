"""Invitations to have an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.errors import InvalidInput, Violation

InvitationId = NewType("InvitationId", int)

DEFAULT_DAYS = 7
MAX_DAYS = 30

NO_DAYS = Violation("expires_in_days", "out_of_range", f"Must be a number from 1 to {MAX_DAYS}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvitation:
    """An invitation of the reader of an address."""

    email: EmailAddress
    locale: str | None
    """The language of the mail."""
    roles: tuple[str, ...]
    """The names of roles that the account gets."""
    invited_by: UserId | None
    """The account that invited; ``None`` stands for an operator, or a client."""
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(NewInvitation):
    """A stored invitation. It is deleted when it is accepted or withdrawn."""

    id: InvitationId

    @property
    def reference(self) -> str:
        """What its token and its mail refer to: SQLite gives the id of a deleted row to a later one again."""
        return f"{self.id} {self.created_at.isoformat()}"


def id_in(reference: str) -> InvitationId:
    """Return the id of the invitation that has this reference, or another one that has got its id."""
    return InvitationId(int(reference.partition(" ")[0]))


def parse_days(days: int) -> timedelta:
    """Return how long an invitation is valid.

    Raises:
        InvalidInput: `days` is not from 1 to 30.
    """
    if not 1 <= days <= MAX_DAYS:
        raise InvalidInput(NO_DAYS)
    return timedelta(days=days)
