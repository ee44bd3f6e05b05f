"""Ports for operating the service: readiness and the purge of expired rows."""

from datetime import datetime, timedelta
from typing import Protocol

from fastauth.domain.audit.trail import Retention


class ExpiredRows(Protocol):
    """Deletes expired rows. Correctness does not depend on it: expired rows are ignored."""

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        """Return whether this process may run `task` now: at most one process may in each `every`."""

    async def purge_sessions(self, *, before: datetime, limit: int) -> int:
        """Delete sessions that ended before then, about `limit` of each kind; return how many."""

    async def purge_counters(self, *, before: datetime, limit: int) -> int:
        """Delete at most `limit` counters that had reset before then; return how many."""

    async def purge_one_time_tokens(self, *, before: datetime, limit: int) -> int:
        """Delete one-time tokens that had expired before then, at most `limit`; return how many.

        Idempotency keys and invitations are deleted too, at most `limit` of each.
        """

    async def purge_outbox(self, *, before: datetime, limit: int) -> int:
        """Delete entries of the outbox that were closed before then, about `limit`; return how many.

        Those that were due before then and still wait are deleted too, about `limit`.
        """

    async def purge_revocations(self, *, before: datetime, limit: int) -> int:
        """Delete at most `limit` revocations from before then; return how many."""

    async def purge_addresses(self, *, before: datetime, limit: int) -> int:
        """Delete at most `limit` e-mail addresses that were replaced before then; return how many."""

    async def purge_api_keys(self, *, before: datetime, limit: int) -> int:
        """Delete API keys that ended before then, about `limit`; return how many."""

    async def purge_events(self, retention: Retention, *, now: datetime, limit: int) -> int:
        """Delete events older than `retention`, and addresses in them; return how many of both."""


class StorageProbe(Protocol):
    """Checks the database on a connection of its own, apart from those that requests use."""

    async def check(self) -> None:
        """Return if the database answers and has the schema that this version needs.

        Raises:
            StorageUnavailable: It does not answer, or its schema is outdated.
        """
