"""Passkeys in memory."""

from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.passkeys.errors import PasskeyTaken, TooManyPasskeys
from fastauth.domain.passkeys.passkey import (
    MAX_PASSKEYS,
    Assertion,
    CredentialId,
    NewCredential,
    Passkey,
    PasskeyName,
    UserHandle,
)
from fastauth.domain.passkeys.ports import OwnedPasskey


class FakePasskeyRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def find(self, id_: CredentialId) -> OwnedPasskey | None:
        passkey = self.storage.passkeys.get(id_)
        if passkey is None:
            return None
        owner = passkey.user_id
        return OwnedPasskey(passkey, self.storage.users[owner], self.storage.handles[owner])

    async def of_user(self, user_id: UserId) -> tuple[Passkey, ...]:
        own = [each for each in self.storage.passkeys.values() if each.user_id == user_id]
        return tuple(sorted(own, key=lambda each: (each.created_at, each.id)))

    async def handle_of(self, user_id: UserId) -> UserHandle | None:
        return self.storage.handles.get(user_id)

    async def add(
        self,
        user_id: UserId,
        credential: NewCredential,
        *,
        handle: UserHandle,
        name: PasskeyName,
        now: datetime,
    ) -> Passkey | None:
        if self.storage.handles.setdefault(user_id, handle) != handle:
            return None
        if len(await self.of_user(user_id)) >= MAX_PASSKEYS:
            raise TooManyPasskeys
        if credential.id in self.storage.passkeys:
            raise PasskeyTaken
        passkey = Passkey(
            id=credential.id,
            user_id=user_id,
            name=name,
            public_key=credential.public_key,
            sign_count=credential.sign_count,
            aaguid=credential.aaguid,
            transports=credential.transports,
            backup_eligible=credential.backup_eligible,
            backed_up=credential.backed_up,
            created_at=now,
        )
        self.storage.passkeys[passkey.id] = passkey
        return passkey

    async def accept(self, id_: CredentialId, assertion: Assertion, *, now: datetime) -> bool:
        passkey = self.storage.passkeys.get(id_)
        if passkey is None or not passkey.counts_on(assertion.sign_count):
            return False
        self.storage.passkeys[id_] = replace(
            passkey, sign_count=assertion.sign_count, backed_up=assertion.backed_up, last_used_at=now
        )
        return True

    async def mark_suspect(self, id_: CredentialId, *, now: datetime) -> None:
        if passkey := self.storage.passkeys.get(id_):
            self.storage.passkeys[id_] = replace(passkey, suspect_at=now)

    async def rename(self, user_id: UserId, id_: CredentialId, name: PasskeyName) -> Passkey | None:
        passkey = self.storage.passkeys.get(id_)
        if passkey is None or passkey.user_id != user_id:
            return None
        self.storage.passkeys[id_] = renamed = replace(passkey, name=name)
        return renamed

    async def remove(self, user_id: UserId, id_: CredentialId) -> bool:
        passkey = self.storage.passkeys.get(id_)
        if passkey is None or passkey.user_id != user_id:
            return False
        del self.storage.passkeys[id_]
        return True
