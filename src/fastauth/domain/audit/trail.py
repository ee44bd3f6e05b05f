"""The audit trail: stored events, filters, retention."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventSource, EventType, UsernameDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A stored event."""

    id: int
    event: Event
    source: EventSource | None
    """``None`` for events older than migration 0004."""
    username: str | None
    """The display name of the account, if it exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """A filter for events. All given criteria must match."""

    user_id: UserId | None = None
    username_digests: tuple[UsernameDigest, ...] = ()
    """Failed log-ins with one of these usernames match too, whatever `user_id` is."""
    type: EventType | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long events are kept, and the addresses in them."""

    events: timedelta = timedelta(days=365)
    addresses: timedelta = timedelta(days=30)
    """Zero: no address is stored."""
