"""Ports for operating the service: readiness and the removal of expired rows."""

from datetime import datetime, timedelta
from typing import Protocol

from fastauth.domain.audit.trail import Retention


class ExpiredRows(Protocol):
    """Removes what is over. Nothing depends on it."""

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        """Return whether this process is to do the task now: of all processes one is, `every` so often."""

    async def purge_sessions(self, *, before: datetime, limit: int) -> int:
        """Remove some of the sessions that were over by then; return how many."""

    async def purge_counters(self, *, before: datetime, limit: int) -> int:
        """Remove some of the tallies that were over by then; return how many."""

    async def purge_events(self, retention: Retention, *, now: datetime, limit: int) -> int:
        """Remove some of the events that are too old, and some of the addresses; return how many."""


class StorageProbe(Protocol):
    """Looks after the database, apart from what requests use."""

    async def check(self) -> None:
        """Return if the database answers and has the schema that this code needs.

        Raises:
            StorageUnavailable: It does not, or has not.
        """
