"""Readiness and the purge of expired rows in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from tests.fakes.storage import FakeStorage

from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.operations.purges import Expired

LATEST = datetime.max.replace(tzinfo=UTC)


class FakeStorageProbe:
    def __init__(self, *, trouble: StorageUnavailable | None = None) -> None:
        self._trouble = trouble

    async def check(self) -> None:
        if self._trouble:
            raise self._trouble


_EXPIRED_AT: dict[Expired, tuple[str, Callable[[Any], datetime | None]]] = {
    Expired.SESSIONS: ("sessions", lambda each: min(each.refresh_expires_at, each.ended_at or LATEST)),
    Expired.COUNTERS: ("counters", attrgetter("resets_at")),
    Expired.EVENTS: ("entries", attrgetter("event.occurred_at")),
    Expired.ONE_TIME_TOKENS: ("one_time_tokens", attrgetter("expires_at")),
    Expired.IDEMPOTENCY_KEYS: ("answered_requests", attrgetter("expires_at")),
    Expired.INVITATIONS: ("invitations", attrgetter("expires_at")),
    Expired.REVOCATIONS: ("revocations", attrgetter("at")),
    Expired.REPLACED_ADDRESSES: ("addresses", attrgetter("replaced_at")),
    Expired.OUTBOX_ENTRIES: ("outbox", lambda each: each.record.done_at or each.record.due_at),
    Expired.API_KEYS: ("api_keys", lambda each: min(each.expires_at, each.revoked_at or LATEST)),
}
"""The attribute of `FakeStorage` that has the rows, and when a row expires: ``None`` if it does not."""


class FakeExpiredRows:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        begun_at = self.storage.begun_at.get(task)
        if begun_at and now - every < begun_at <= now + every:
            return False
        self.storage.begun_at[task] = now
        return True

    async def purge(self, rows: Expired, *, before: datetime, limit: int) -> int:
        if rows is Expired.EVENT_ADDRESSES:
            return self._forget_addresses(before=before, limit=limit)
        name, expired_at = _EXPIRED_AT[rows]
        stored = getattr(self.storage, name)
        by_key = dict(enumerate(stored)) if isinstance(stored, list) else stored
        expired = [key for key, each in by_key.items() if (at := expired_at(each)) and at < before][:limit]
        for key in reversed(expired):
            del stored[key]
        return len(expired)

    def _forget_addresses(self, *, before: datetime, limit: int) -> int:
        changed = [
            (index, replace(entry, source=replace(entry.source, address=None)))
            for index, entry in enumerate(self.storage.entries)
            if entry.source and entry.source.address and entry.event.occurred_at < before
        ][:limit]
        for index, entry in changed:
            self.storage.entries[index] = entry
        return len(changed)
