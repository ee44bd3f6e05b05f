"""A database that is as well as a test says."""

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

    async def begin(self, task: str, *, now: datetime, every: timedelta) -> bool:
        begun_at = self.storage.begun_at.get(task)
        if begun_at and now - every < begun_at <= now + every:
            return False
        self.storage.begun_at[task] = now
        return True

    async def purge_sessions(self, *, over_since: datetime, at_most: int) -> int:
        over = [
            session.id
            for session in self.storage.sessions.values()
            if min(session.refresh_expires_at, session.ended_at or session.refresh_expires_at) < over_since
        ]
        for session_id in over[:at_most]:
            del self.storage.sessions[session_id]
        return len(over[:at_most])

    async def purge_counters(self, *, over_since: datetime, at_most: int) -> int:
        forgotten = [key for key, tally in self.storage.counters.items() if tally.until < over_since]
        for key in forgotten[:at_most]:
            del self.storage.counters[key]
        return len(forgotten[:at_most])

    async def purge_events(self, kept: Retention, *, now: datetime, at_most: int) -> int:
        old = [entry for entry in self.storage.entries if entry.event.at < now - kept.events][:at_most]
        for entry in old:
            self.storage.entries.remove(entry)
        told = [
            index
            for index, entry in enumerate(self.storage.entries)
            if entry.origin and entry.origin.address and entry.event.at < now - kept.addresses
        ][:at_most]
        for index in told:
            entry = self.storage.entries[index]
            assert entry.origin
            self.storage.entries[index] = replace(entry, origin=replace(entry.origin, address=None))
        return len(old) + len(told)
