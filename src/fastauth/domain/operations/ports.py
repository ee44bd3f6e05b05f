"""Ports for operating the service: readiness and the purge of expired rows."""

from datetime import datetime, timedelta
from typing import Protocol

from fastauth.domain.operations.purges import Expired


class ExpiredRows(Protocol):
    """Deletes expired rows. Correctness does not depend on it: expired rows are ignored."""

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        """Return whether this process may run `task` now: at most one process may in each `every`."""

    async def purge(self, rows: Expired, *, before: datetime, limit: int) -> int:
        """Delete rows that expired before then, the oldest first; return how many.

        At most `limit`, or twice as many where rows expire for two reasons.
        """


class StorageProbe(Protocol):
    """Checks the database on a connection of its own, apart from those that requests use."""

    async def check(self) -> None:
        """Return if the database answers and has the schema that this version needs.

        Raises:
            StorageUnavailable: It does not answer, or its schema is outdated.
        """
