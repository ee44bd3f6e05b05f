"""The event feed in memory."""

from collections.abc import Collection
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.audit.trail import AuditEntry
from fastauth.domain.event_feed.ports import WINDOW, FeedAccount, FeedPage, FeedPlace
from fastauth.domain.event_feed.published_event import PublishedEvent, PublishedType, event_types

UNPUBLISHED = frozenset(
    {
        EventType.SESSION_RENEWED,
        EventType.SESSION_RENEWAL_FAILED,
        EventType.LOGIN_FAILED,
        EventType.STEPPED_UP,
        EventType.STEP_UP_FAILED,
        EventType.PASSWORD_CHANGE_FAILED,
        EventType.PASSWORD_RESET_REQUESTED,
        EventType.SECOND_FACTOR_REFUSED,
        EventType.RECOVERY_CODE_USED,
        EventType.PASSKEY_USED,
    }
)


class FakeEventFeed:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    def _numbered(self) -> dict[int, AuditEntry]:
        """Return the entries by their numbers; purged ones are missing."""
        entries = {entry.id: entry for entry in self.storage.entries}
        return {seq: entries[id_] for id_, seq in self.storage.event_numbers.items() if id_ in entries}

    def _place(self, seq: int) -> FeedPlace:
        entry = self._numbered().get(seq)
        return FeedPlace(seq, entry.event.occurred_at if entry else None)

    async def last(self) -> FeedPlace:
        return self._place(self.storage.last_seq)

    async def read(
        self, *, after: int, limit: int, types: frozenset[PublishedType] | None = None
    ) -> FeedPage:
        until = min(after + WINDOW, self.storage.last_seq)
        wanted = event_types(types)
        found = [
            (seq, entry)
            for seq, entry in sorted(self._numbered().items())
            if after < seq <= until and entry.event.type in wanted
        ][:limit]
        return FeedPage(
            events=tuple(PublishedEvent.of(entry.event, seq=seq, number=entry.id) for seq, entry in found),
            end=self._place(found[-1][0] if len(found) == limit else max(after, until)),
            last=self.storage.last_seq,
            start=self._place(after),
            next_at=self._place(after + 1).at,
        )


class FakeFeedAccounts:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def page(self, *, after: UserId, limit: int) -> tuple[FeedAccount, ...]:
        return await self.find(sorted(id_ for id_ in self.storage.users if id_ > after)[:limit])

    async def find(self, ids: Collection[UserId]) -> tuple[FeedAccount, ...]:
        verified = {
            each.user_id: each.address.text
            for each in self.storage.addresses.values()
            if each.verified_at and not each.replaced_at
        }
        return tuple(
            FeedAccount(
                id=id_,
                username=user.username.display,
                fullname=user.fullname.text,
                email=verified.get(id_),
                disabled=user.disabled_at is not None,
                roles=tuple(sorted(each.role for each in self.storage.user_roles.get(id_, ()))),
            )
            for id_, user in sorted(self.storage.users.items())
            if id_ in ids
        )


class FakeEventNumbering:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    def _waiting(self) -> list[tuple[int, Event]]:
        return [
            (entry.id, entry.event)
            for entry in self.storage.entries
            if entry.id not in self.storage.event_numbers and entry.event.type not in UNPUBLISHED
        ]

    async def number(self, *, limit: int) -> int:
        batch = self._waiting()[:limit]
        for id_, _ in batch:
            self.storage.last_seq += 1
            self.storage.event_numbers[id_] = self.storage.last_seq
        return len(batch)

    async def oldest_unnumbered(self) -> datetime | None:
        waiting = self._waiting()
        return waiting[0][1].occurred_at if waiting else None
