"""Erasures and exports in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.audit.event import EventType, UsernameDigest
from fastauth.domain.personal_data.erasure import Erasure, ListedErasure, NameDigest, Receipt
from fastauth.domain.personal_data.ports import Rows


class FakeErasureRepository:
    """Counts look-ups of names."""

    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.looked = 0

    async def request(self, erasure: Erasure) -> bool:
        return self.storage.erasures.setdefault(erasure.user_id, erasure) is erasure

    async def find(self, user_id: UserId) -> Erasure | None:
        return self.storage.erasures.get(user_id)

    async def withdraw(self, user_id: UserId) -> Erasure | None:
        found = self.storage.erasures.get(user_id)
        return self.storage.erasures.pop(user_id) if found and found.erased_at is None else None

    async def note_disabled(self, user_id: UserId, *, now: datetime) -> None:
        found = self.storage.erasures.get(user_id)
        if found and found.erased_at is None and found.disabled_before is None:
            self.storage.erasures[user_id] = replace(found, disabled_before=now)

    async def due(self, *, now: datetime, after: Erasure | None, limit: int) -> list[Erasure]:
        pending = [each for each in self.storage.erasures.values() if each.erased_at is None]
        due = sorted((each for each in pending if each.erase_at <= now), key=_place)
        return [each for each in due if after is None or _place(each) > _place(after)][:limit]

    async def mark_erased(
        self,
        user_id: UserId,
        *,
        now: datetime,
        name_digest: NameDigest | None,
        name_rests_until: datetime,
    ) -> bool:
        found = self.storage.erasures.get(user_id)
        if found is None or found.erased_at or found.erase_at > now:
            return False
        digest = name_digest or found.name_digest
        self.storage.erasures[user_id] = replace(
            found,
            erased_at=now,
            name_digest=digest,
            name_rests_until=name_rests_until,
            disabled_before=None,
        )
        return True

    async def delete_account(self, user_id: UserId, *, tried_names: Sequence[UsernameDigest]) -> None:
        self._forget(user_id)
        self._clear(user_id, tried_names)

    async def clear_again(self, *, erased_since: datetime) -> None:
        for each in self.storage.erasures.values():
            if each.erased_at and each.erased_at >= erased_since:
                self._clear(each.user_id, ())

    async def page(self, *, after: UserId | None, limit: int) -> list[ListedErasure]:
        ids = sorted(each for each in self.storage.erasures if after is None or each > after)[:limit]
        return [
            ListedErasure(
                self.storage.erasures[each],
                tuple(receipt for receipt in self.storage.receipts.values() if receipt.user_id == each),
            )
            for each in ids
        ]

    async def confirm(self, receipt: Receipt) -> None:
        self.storage.receipts.setdefault((receipt.user_id, receipt.consumer), receipt)

    async def is_taken(self, name: Username, digests: Sequence[NameDigest], *, now: datetime) -> bool:
        self.looked += 1
        return any(user.username.canonical == name.canonical for user in self.storage.users.values()) or any(
            each.name_digest in digests and (each.erased_at is None or each.name_rests_until > now)
            for each in self.storage.erasures.values()
        )

    async def purge(self, *, before: datetime, now: datetime) -> int:
        old = [
            user_id
            for user_id, each in self.storage.erasures.items()
            if each.erased_at and each.erased_at < before and each.name_rests_until < now
        ]
        for user_id in old:
            del self.storage.erasures[user_id]
        return len(old)

    def _forget(self, user_id: UserId) -> None:
        stored = self.storage
        for table in (stored.users, stored.passwords, stored.user_roles, stored.totp, stored.handles):
            table.pop(user_id, None)
        owned: tuple[dict[Any, Any], ...] = (
            *(stored.api_keys, stored.sessions, stored.addresses, stored.passkeys),
            *(stored.one_time_tokens, stored.answered_requests),
        )
        for rows in owned:
            _remove(rows, lambda each: each.user_id == user_id)
        _remove(stored.invitations, lambda each: each.invited_by == user_id)
        _remove(stored.recovery_codes, lambda code: code[0] == user_id)

    def _clear(self, user_id: UserId, tried_names: Sequence[UsernameDigest]) -> None:
        kept = {EventType.ROLE_GRANTED, EventType.ROLE_REVOKED}
        for number, entry in enumerate(self.storage.entries):
            event, source = entry.event, entry.source
            if user_id in {event.user_id, source.actor_id if source else None} or (
                event.username_digest in tried_names
            ):
                detail = event.detail if event.type in kept or event.user_id != user_id else None
                self.storage.entries[number] = replace(
                    entry,
                    event=replace(event, username_digest=None, detail=detail),
                    source=replace(source, address=None) if source else None,
                )


def _remove(rows: dict[Any, Any], is_owned: Callable[[Any], bool]) -> None:
    for key in [key for key, each in rows.items() if is_owned(each)]:
        del rows[key]


def _place(erasure: Erasure) -> tuple[datetime, UserId]:
    return erasure.erase_at, erasure.user_id


class FakePersonalDataReader:
    """Has the account and its sessions; the adapter has every table."""

    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def read(self, user_id: UserId) -> Mapping[str, Rows]:
        user = self.storage.users.get(user_id)
        sessions = [each for each in self.storage.sessions.values() if each.user_id == user_id]
        found: dict[str, Rows] = {}
        if user:
            found["user_info"] = [{"id": user.id, "username": user.username.display}]
        if sessions:
            found["session"] = [{"id": each.id, "created_at": each.created_at} for each in sessions]
        return found
