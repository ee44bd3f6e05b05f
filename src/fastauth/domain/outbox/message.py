"""Entries of the outbox: what must still be done because something was stored."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from fastauth.domain.accounts.user import UserId


class OutboxKind(StrEnum):
    """What an entry is about. A handler is registered for each kind."""

    PASSWORD_RESET = "password_reset"  # noqa: S105  the name of a kind
    """A reset of a forgotten password was requested."""
    VERIFICATION = "verification"
    """An address was added and is to be verified."""
    INVITATION = "invitation"
    """A person is invited to have an account."""
    ADDRESS_CHANGED = "address_changed"
    """An address was replaced, and its reader may undo that."""
    NOTICE = "notice"
    """A mail about an event that concerns a credential."""
    ACCOUNT_CLOSING = "account_closing"
    """An account is to be erased, and its owner may undo that."""
    ACCOUNT_ERASED = "account_erased"
    """The last mail of an account, which was erased."""
    MAIL = "mail"
    """One mail."""


class OutboxOutcome(StrEnum):
    """How an entry was closed."""

    SENT = "sent"
    """Its handler returned."""
    REFUSED = "refused"
    """Its handler failed for good."""
    EXPIRED = "expired"
    """It was not delivered before `OutboxEntry.expires_at`."""
    GIVEN_UP = "given_up"
    """The last attempt failed too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """An entry under delivery, as its handler receives it."""

    id: str
    """32 random hexadecimal digits, the same at each attempt. A receiver recognises a duplicate by it."""
    kind: OutboxKind
    user_id: UserId | None
    content: Mapping[str, str] = field(repr=False)
    attempts: int
    """The number of this attempt, from 1."""
    created_at: datetime
    expires_at: datetime | None


Handler = Callable[[OutboxEntry], Awaitable[None]]
"""Delivers an entry. It raises `PermanentFailure` or `TemporaryFailure` if it cannot. An entry may be
delivered more than once: after a crash between the delivery and its record it is delivered again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRecord:
    """A stored entry without its content, for operators."""

    id: str
    kind: str
    """Not an `OutboxKind`: another version of the service may have stored it."""
    user_id: UserId | None
    created_at: datetime
    due_at: datetime
    leased_until: datetime | None
    """Until when a process may be delivering it; ``None`` if none does."""
    attempts: int
    """Attempts that have begun."""
    expires_at: datetime | None
    done_at: datetime | None
    outcome: OutboxOutcome | None
    error: str | None
    """Why the last failed attempt failed, without addresses and contents."""


@dataclass(frozen=True, slots=True)
class OutboxPlace:
    """A place in a list of entries, behind which the next page begins."""

    at: datetime
    """When the last entry of the page is due, or was closed in a list of closed entries."""
    id: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """The entries that wait."""

    waiting: int
    """Entries that are not closed."""
    overdue: timedelta
    """How long the oldest entry that is due has been due; zero if none is."""
