"""The columns that all audit events share."""

from collections.abc import Callable
from datetime import datetime

from fastauth.domain.audit.event import EventSource
from fastauth.domain.clock import Clock


class AuditColumns:
    """Knows what an act does not say of itself: when it happens, who has it happen, and from where."""

    def __init__(
        self, *, clock: Clock, origin: Callable[[], EventSource], keeps_addresses: bool = True
    ) -> None:
        self._clock = clock
        self._origin = origin
        self._keeps_addresses = keeps_addresses

    def columns(self, at: datetime | None = None) -> dict[str, object]:
        """Return these columns of an event that happens now or happened `at` some time."""
        origin = self._origin()
        return {
            "at": at or self._clock.now(),
            "actor": origin.actor.value,
            "address": origin.address if self._keeps_addresses else None,
        }
