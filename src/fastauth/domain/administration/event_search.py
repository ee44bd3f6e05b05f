"""Search of audit events, page by page, at a cost that does not depend on their number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fastauth.domain.audit.trail import AuditEntry, AuditFilter

MAX_EXAMINED_EVENTS = 1_000
"""Events that one page looks at if the filter leaves some of them out: a few milliseconds."""


@dataclass(frozen=True, slots=True)
class EventPlace:
    """A place in the trail, behind which the next page begins."""

    occurred_at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvents:
    """A page. It may have fewer events than asked for, even none, and yet not be the last."""

    entries: tuple[AuditEntry, ...]
    next: EventPlace | None
    """Where the next page begins; ``None`` after the last one."""


class EventSearch(Protocol):
    """Finds audit events."""

    async def page(self, wanted: AuditFilter, *, before: EventPlace | None, limit: int) -> FoundEvents:
        """Return at most `limit` events that are older than `before`, the newest first.

        A page ends early once it has looked at `MAX_EXAMINED_EVENTS` events.
        """
