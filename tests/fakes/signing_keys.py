"""Signing keys in memory."""

from tests.fakes.storage import FakeStorage

from fastauth.domain.audit.event import EventType
from fastauth.domain.signing_keys.key_set import KeySet
from fastauth.domain.signing_keys.signing_key import SigningKey


class FakeSigningKeyRepository:
    def __init__(self, storage: FakeStorage | None = None) -> None:
        self.storage = storage or FakeStorage()

    async def load(self) -> KeySet:
        return KeySet([key for _, key in sorted(self.storage.keys.items())])

    async def add(self, key: SigningKey) -> None:
        if key.sequence not in self.storage.keys:
            self.storage.keys[key.sequence] = key
            self.storage.note(EventType.SIGNING_KEY_ROTATED)

    async def update(self, key: SigningKey) -> None:
        self.storage.keys[key.sequence] = key

    async def remove(self, key: SigningKey) -> None:
        self.storage.keys.pop(key.sequence, None)
