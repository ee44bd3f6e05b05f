"""E-mail addresses in memory."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.errors import EmailTaken
from fastauth.domain.email_addresses.record import (
    UNDO_PERIOD,
    AddressRecord,
    ImportedAddress,
    UserAddresses,
)


class FakeEmailAddressRepository:
    """Counts look-ups of owners."""

    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.looked = 0

    async def find_owner(self, key: str) -> User | None:
        self.looked += 1
        owner = next((each.user_id for each in self._all_verified() if each.address.key == key), None)
        return None if owner is None else self.storage.users[owner]

    async def of_user(self, user_id: UserId) -> UserAddresses:
        return UserAddresses(verified=self._verified(user_id), pending=self._pending(user_id))

    async def is_pending_anywhere(self, key: str) -> bool:
        return any(
            each.verified_at is None and each.address.key == key for each in self.storage.addresses.values()
        )

    async def add_pending(self, user_id: UserId, address: EmailAddress, *, now: datetime) -> None:
        self._delete(self._pending(user_id))
        record_id = max(self.storage.addresses, default=0) + 1
        self._put(AddressRecord(id=record_id, user_id=user_id, address=address, added_at=now))

    async def verify(self, user_id: UserId, key: str, *, now: datetime) -> AddressRecord | None:
        pending = self._pending(user_id)
        if pending is None or pending.address.key != key:
            return None
        self._check_free(pending)
        if former := self._verified(user_id):
            self._put(replace(former, replaced_at=now))
        verified = replace(pending, verified_at=now)
        self._put(verified)
        return verified

    async def remove(self, user_id: UserId, *, now: datetime) -> AddressRecord | None:
        self._delete(self._pending(user_id))
        if former := self._verified(user_id):
            former = replace(former, replaced_at=now)
            self._put(former)
        return former

    async def undo(self, user_id: UserId, *, old_key: str, now: datetime) -> bool:
        replaced = await self.replaced_since(user_id, now - UNDO_PERIOD)
        old = next((each for each in replaced if each.address.key == old_key), None)
        if old is None or (old.replaced_at and old.replaced_at + UNDO_PERIOD <= now):
            return False
        self._check_free(old)
        self._delete(self._verified(user_id))
        self._delete(self._pending(user_id))
        for later in replaced[: replaced.index(old)]:
            self._delete(later)
        self._put(replace(old, replaced_at=None))
        return True

    async def replaced_since(self, user_id: UserId, since: datetime) -> list[AddressRecord]:
        replaced = [
            (each.replaced_at, each.id, each)
            for each in self.storage.addresses.values()
            if each.user_id == user_id and each.replaced_at and each.replaced_at >= since
        ]
        return [record for _, _, record in sorted(replaced, reverse=True, key=lambda each: each[:2])]

    async def informed(self, user_id: UserId, *, since: datetime) -> list[AddressRecord]:
        verified = self._verified(user_id)
        return [*([verified] if verified else []), *await self.replaced_since(user_id, since)]

    async def clashing_usernames(self, *, limit: int) -> list[str]:
        owners = {each.address.key: each.user_id for each in self._all_verified()}
        users = sorted(self.storage.users.values(), key=lambda user: user.id)
        clashing = [user for user in users if owners.get(_read(user.username.canonical), user.id) != user.id]
        return [user.username.display for user in clashing][:limit]

    async def users_of(self, addresses: Collection[EmailAddress]) -> dict[str, set[UserId]]:
        users = self.storage.users.values()
        return {
            address.key: {each.user_id for each in self._all_verified() if each.address.key == address.key}
            | {user.id for user in users if user.username.canonical in address.usernames}
            for address in addresses
        }

    async def add_imported(self, imported: Mapping[UserId, ImportedAddress], *, now: datetime) -> None:
        for user_id, each in imported.items():
            records = [record for record in self.storage.addresses.values() if record.user_id == user_id]
            if each.is_verified and not any(record.verified_at for record in records):
                pending = self._pending(user_id)
                if pending and pending.address.key == each.address.key:
                    self._delete(pending)
            elif records:
                continue
            self._put(
                AddressRecord(
                    id=max(self.storage.addresses, default=0) + 1,
                    user_id=user_id,
                    address=each.address,
                    added_at=now,
                    verified_at=now if each.is_verified else None,
                )
            )

    async def mark_undeliverable(self, user_id: UserId, key: str, *, now: datetime) -> None:
        for each in list(self.storage.addresses.values()):
            if (each.user_id, each.address.key) == (user_id, key):
                self._put(replace(each, undeliverable_at=now))

    def _all_verified(self) -> list[AddressRecord]:
        return [each for each in self.storage.addresses.values() if each.verified_at and not each.replaced_at]

    def _verified(self, user_id: UserId) -> AddressRecord | None:
        return next((each for each in self._all_verified() if each.user_id == user_id), None)

    def _pending(self, user_id: UserId) -> AddressRecord | None:
        records = self.storage.addresses.values()
        return next((each for each in records if each.user_id == user_id and not each.verified_at), None)

    def _check_free(self, record: AddressRecord) -> None:
        others = {each.address.key for each in self._all_verified() if each.user_id != record.user_id}
        names = {user.username.canonical for user in self.storage.users.values() if user.id != record.user_id}
        if record.address.key in others or record.address.usernames & names:
            raise EmailTaken

    def _put(self, record: AddressRecord) -> None:
        self.storage.addresses[record.id] = record

    def _delete(self, record: AddressRecord | None) -> None:
        if record:
            del self.storage.addresses[record.id]


def _read(canonical: str) -> str:
    """Return a username as an address; one that is not allowed today begins with a space."""
    return canonical.strip().lower()
