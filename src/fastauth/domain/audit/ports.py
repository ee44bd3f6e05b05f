"""Ports to the audit trail: one writes events, the other reads them."""

from datetime import timedelta
from typing import Protocol

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.trail import AuditEntry, AuditFilter


class EventLog(Protocol):
    """What happened, in the order in which it did."""

    async def record(self, event: Event) -> None:
        """Write an event down."""

    async def record_unless_recent(self, event: Event, *, within: timedelta, or_type: EventType) -> None:
        """Write down what happened to a session and to its user, whom `event` need not know.

        Nothing is written of a session that is gone, nor of one of which this or `or_type` was
        written down already, `within` so short a time before.
        """


class AuditTrail(Protocol):
    """What was recorded, for those who may read it."""

    async def page(self, criteria: AuditFilter, *, before: AuditEntry | None, limit: int) -> list[AuditEntry]:
        """Return entries, the newest first, from the one that comes after `before` in this order."""
