"""The columns that all audit events share."""

from collections.abc import Callable
from datetime import datetime

from fastauth.domain.audit.event import EventSource
from fastauth.domain.clock import Clock


class AuditColumns:
    """Fills the columns that all audit events share: time, actor and client address."""

    def __init__(
        self, *, clock: Clock, origin: Callable[[], EventSource], keeps_addresses: bool = True
    ) -> None:
        """Use `origin` to get the actor and address of the current request or command."""
        self._clock = clock
        self._origin = origin
        self._keeps_addresses = keeps_addresses

    def now(self) -> datetime:
        """Return the time of the clock."""
        return self._clock.now()

    def columns(self, at: datetime | None = None) -> dict[str, object]:
        """Return the columns of an event that occurred `at` a time; ``None`` is now."""
        origin = self._origin()
        return {
            "at": at or self._clock.now(),
            "actor": origin.actor.value,
            "address": origin.address if self._keeps_addresses else None,
        }

    def caller_columns(self) -> dict[str, object]:
        """Return the columns that name who acts on an account of another user."""
        origin = self._origin()
        return {"actor_id": origin.actor_id, "client_id": origin.client_id}
