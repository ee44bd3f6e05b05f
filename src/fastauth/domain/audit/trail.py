"""The audit trail: what is kept of events beside the events, for whom, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventSource, EventType, UsernameDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An event as it was written down."""

    id: int
    event: Event
    source: EventSource | None
    """``None`` of what was recorded before origins were."""
    username: str | None
    """In its owner's spelling, if the account is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which events somebody wants to see: those of whom all of this is true."""

    user_id: UserId | None = None
    username_digests: tuple[UsernameDigest, ...] = ()
    """Or, instead of the user, a name that was tried."""
    type: EventType | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how long events are kept, and the addresses in them."""

    events: timedelta = timedelta(days=365)
    addresses: timedelta = timedelta(days=30)
    """Zero: none is ever stored."""
