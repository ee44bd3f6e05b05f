"""Ports to the audit trail: one writes events, the other reads them."""

from datetime import timedelta
from typing import Protocol

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.trail import AuditEntry, AuditFilter


class EventLog(Protocol):
    """Append-only log of events."""

    async def record(self, event: Event) -> None:
        """Store an event."""

    async def record_unless_recent(self, event: Event, *, within: timedelta, or_type: EventType) -> None:
        """Store an event of a session, and fill in the user of that session.

        Nothing is stored if the session no longer exists, or if an event of this type or of
        `or_type` was recorded for the session less than `within` ago.
        """


class AuditTrail(Protocol):
    """The recorded events, for reading."""

    async def page(self, criteria: AuditFilter, *, before: AuditEntry | None, limit: int) -> list[AuditEntry]:
        """Return at most `limit` matching entries that are older than `before`, the newest first."""
