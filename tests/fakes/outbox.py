"""The outbox in memory."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex

from tests.fakes.storage import FakeStorage, StoredEntry

from fastauth.domain.accounts.user import UserId
from fastauth.domain.outbox.message import Backlog, OutboxKind, OutboxOutcome, OutboxPlace, OutboxRecord
from fastauth.domain.outbox.schedule import crash_delay
from fastauth.domain.outbox.sealed import ClaimedEntry, seal_content
from fastauth.domain.secret_box import SecretBox


@dataclass
class FakeOutbox:
    storage: FakeStorage
    box: SecretBox

    async def add(  # noqa: PLR0913  the columns of a row
        self,
        kind: OutboxKind,
        content: Mapping[str, str],
        *,
        user_id: UserId | None,
        now: datetime,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        record = OutboxRecord(
            id=token_hex(16),
            kind=kind,
            user_id=user_id,
            created_at=now,
            due_at=due_at or now,
            leased_until=None,
            attempts=0,
            expires_at=expires_at,
            done_at=None,
            outcome=None,
            error=None,
        )
        self.storage.outbox[record.id] = StoredEntry(record, seal_content(content, self.box))
        return record.id


class FakeOutboxQueue:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def claim(
        self, *, kinds: Collection[OutboxKind], now: datetime, lease: timedelta, limit: int
    ) -> list[ClaimedEntry]:
        due = [
            stored
            for stored in self._waiting()
            if stored.record.due_at <= now and stored.record.kind in set(kinds)
        ]
        return [self._claimed(stored, now, lease) for stored in due[:limit]]

    async def complete(
        self, entry_id: str, *, outcome: OutboxOutcome, now: datetime, error: str | None = None
    ) -> None:
        stored = self.storage.outbox[entry_id]
        if stored.record.done_at is None:
            record = replace(
                stored.record,
                done_at=now,
                outcome=outcome,
                error=error or stored.record.error,
                leased_until=None,
            )
            self.storage.outbox[entry_id] = StoredEntry(record, None)

    async def retry(self, entry: ClaimedEntry, *, due_at: datetime, error: str | None) -> None:
        self._give_back(entry, due_at=due_at, error=error, attempts=entry.attempts)

    async def release(self, entry: ClaimedEntry, *, due_at: datetime) -> None:
        error = self.storage.outbox[entry.id].record.error
        self._give_back(entry, due_at=due_at, error=error, attempts=entry.attempts - 1)

    async def make_due(self, *, entry_id: str | None, now: datetime) -> int:
        chosen = [
            stored
            for stored in self._waiting()
            if entry_id in (None, stored.record.id) and (stored.record.leased_until or now) <= now
        ]
        for stored in chosen:
            self._change(stored, due_at=now)
        return len(chosen)

    async def records(
        self, *, waiting: bool, limit: int, after: OutboxPlace | None = None
    ) -> list[OutboxRecord]:
        if waiting:
            found = [stored.record for stored in self._waiting()]
            found.sort(key=lambda record: (record.due_at, record.id))
            return [each for each in found if not after or (each.due_at, each.id) > (after.at, after.id)][
                :limit
            ]
        done = [stored.record for stored in self.storage.outbox.values() if stored.record.done_at]
        done.sort(key=lambda record: record.id)
        done.sort(key=_done_at, reverse=True)
        return [each for each in done if not after or _is_behind(each, after)][:limit]

    async def backlog(self, *, now: datetime) -> Backlog:
        waiting = self._waiting()
        due = [stored.record.due_at for stored in waiting if stored.record.due_at <= now]
        return Backlog(len(waiting), now - min(due, default=now))

    def _waiting(self) -> list[StoredEntry]:
        waiting = [stored for stored in self.storage.outbox.values() if stored.record.done_at is None]
        return sorted(waiting, key=lambda stored: (stored.record.due_at, stored.record.id))

    def _claimed(self, stored: StoredEntry, now: datetime, lease: timedelta) -> ClaimedEntry:
        record, attempts = stored.record, stored.record.attempts + 1
        assert stored.sealed is not None
        due_at = now + crash_delay(attempts, lease)
        self._change(stored, attempts=attempts, due_at=due_at, leased_until=now + lease)
        return ClaimedEntry(
            id=record.id,
            kind=OutboxKind(record.kind),
            user_id=record.user_id,
            sealed=stored.sealed,
            attempts=attempts,
            created_at=record.created_at,
            expires_at=record.expires_at,
        )

    def _give_back(self, entry: ClaimedEntry, *, due_at: datetime, error: str | None, attempts: int) -> None:
        stored = self.storage.outbox[entry.id]
        if stored.record.done_at is None and stored.record.attempts == entry.attempts:
            self._change(stored, due_at=due_at, error=error, attempts=attempts, leased_until=None)

    def _change(self, stored: StoredEntry, **changes: object) -> None:
        record = replace(stored.record, **changes)  # type: ignore[arg-type]  # of any field
        self.storage.outbox[record.id] = replace(stored, record=record)


def _done_at(record: OutboxRecord) -> datetime:
    assert record.done_at
    return record.done_at


def _is_behind(record: OutboxRecord, place: OutboxPlace) -> bool:
    return _done_at(record) < place.at or (_done_at(record) == place.at and record.id > place.id)
