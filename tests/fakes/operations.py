"""Readiness and the purge of expired rows in memory."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.fakes.storage import FakeStorage

from fastauth.domain.audit.trail import Retention
from fastauth.domain.errors import StorageUnavailable


class FakeStorageProbe:
    def __init__(self, *, trouble: StorageUnavailable | None = None) -> None:
        self._trouble = trouble

    async def check(self) -> None:
        if self._trouble:
            raise self._trouble


class FakeExpiredRows:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def claim(self, task: str, *, now: datetime, every: timedelta) -> bool:
        begun_at = self.storage.begun_at.get(task)
        if begun_at and now - every < begun_at <= now + every:
            return False
        self.storage.begun_at[task] = now
        return True

    async def purge_sessions(self, *, before: datetime, limit: int) -> int:
        over = [
            session.id
            for session in self.storage.sessions.values()
            if min(session.refresh_expires_at, session.ended_at or session.refresh_expires_at) < before
        ]
        for session_id in over[:limit]:
            del self.storage.sessions[session_id]
        return len(over[:limit])

    async def purge_counters(self, *, before: datetime, limit: int) -> int:
        expired = [key for key, counter in self.storage.counters.items() if counter.resets_at < before]
        for key in expired[:limit]:
            del self.storage.counters[key]
        return len(expired[:limit])

    async def purge_one_time_tokens(self, *, before: datetime, limit: int) -> int:
        stored = self.storage.one_time_tokens
        expired = [digest for digest, token in stored.items() if token.expires_at < before][:limit]
        for digest in expired:
            del stored[digest]
        answered = self.storage.answered_requests
        over = [key for key, request in answered.items() if request.expires_at < before][:limit]
        for key in over:
            del answered[key]
        ended = [key for key, each in self.storage.invitations.items() if each.expires_at < before][:limit]
        for invitation in ended:
            del self.storage.invitations[invitation]
        return len(expired) + len(over) + len(ended)

    async def purge_outbox(self, *, before: datetime, limit: int) -> int:
        closed = [
            entry_id
            for entry_id, stored in self.storage.outbox.items()
            if (stored.record.done_at or stored.record.due_at) < before
        ]
        for entry_id in closed[:limit]:
            del self.storage.outbox[entry_id]
        return len(closed[:limit])

    async def purge_revocations(self, *, before: datetime, limit: int) -> int:
        old = [each for each in self.storage.revocations if each.at < before][:limit]
        for each in old:
            self.storage.revocations.remove(each)
        return len(old)

    async def purge_addresses(self, *, before: datetime, limit: int) -> int:
        records = self.storage.addresses
        old = [key for key, each in records.items() if each.replaced_at and each.replaced_at < before]
        for key in old[:limit]:
            del records[key]
        return len(old[:limit])

    async def purge_api_keys(self, *, before: datetime, limit: int) -> int:
        keys = self.storage.api_keys
        over = [
            id_ for id_, key in keys.items() if min(key.expires_at, key.revoked_at or key.expires_at) < before
        ]
        for id_ in over[:limit]:
            del keys[id_]
        return len(over[:limit])

    async def purge_events(self, retention: Retention, *, now: datetime, limit: int) -> int:
        old = [entry for entry in self.storage.entries if entry.event.occurred_at < now - retention.events][
            :limit
        ]
        for entry in old:
            self.storage.entries.remove(entry)
        told = [
            index
            for index, entry in enumerate(self.storage.entries)
            if entry.source and entry.source.address and entry.event.occurred_at < now - retention.addresses
        ][:limit]
        for index in told:
            entry = self.storage.entries[index]
            assert entry.source
            self.storage.entries[index] = replace(entry, source=replace(entry.source, address=None))
        return len(old) + len(told)
