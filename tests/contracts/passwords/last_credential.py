"""Of two credentials that are removed at once, one remains."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from secrets import token_bytes

import pytest
from tests.builders import a_credential, a_new_user, a_password_hash
from tests.harness.editions import size

from fastauth.application.passwords.last_credential import check_can_log_in
from fastauth.domain.accounts.user import User
from fastauth.domain.passkeys.passkey import CredentialId, PasskeyName, UserHandle
from fastauth.domain.passwords.errors import LastCredential
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROUNDS = size(6, 12)


class LastCredentialContract(ABC):
    @abstractmethod
    @pytest.fixture
    def unit_of_work(self) -> UnitOfWork: ...

    async def an_account(
        self, unit_of_work: UnitOfWork, *, passkeys: int, password: bool
    ) -> tuple[User, list[CredentialId]]:
        credentials = [a_credential() for _ in range(passkeys)]
        async with unit_of_work.begin() as transaction:
            if password:
                user = await transaction.passwords.add_user(a_new_user(), a_password_hash())
            else:
                user = await transaction.users.add(a_new_user())
            handle = UserHandle(token_bytes(32))
            for each in credentials:
                name = PasskeyName("Phone")
                await transaction.passkeys.add(user.id, each, handle=handle, name=name, now=NOW)
            await transaction.commit()
        return user, [each.id for each in credentials]

    async def remove(self, unit_of_work: UnitOfWork, user: User, passkey: CredentialId | None = None) -> bool:
        """Remove a passkey, or else the password; return whether something was left."""
        async with unit_of_work.begin() as transaction:
            await transaction.second_factors.lock(user.id)
            if passkey:
                assert await transaction.passkeys.remove(user.id, passkey)
            else:
                await transaction.passwords.set(user.id, PasswordHash.unusable())
            try:
                await check_can_log_in(transaction, user.id)
            except LastCredential:
                return False
            await transaction.commit()
        return True

    async def left(self, unit_of_work: UnitOfWork, user: User) -> tuple[bool, int]:
        async with unit_of_work.begin() as transaction:
            stored = await transaction.passwords.get(user.id)
            return stored.is_usable, len(await transaction.passkeys.of_user(user.id))

    async def test_last_credential_of_either_kind_stays(self, unit_of_work: UnitOfWork) -> None:
        user, _ = await self.an_account(unit_of_work, passkeys=0, password=True)
        assert not await self.remove(unit_of_work, user)
        assert await self.left(unit_of_work, user) == (True, 0)
        user, (passkey,) = await self.an_account(unit_of_work, passkeys=1, password=False)
        assert not await self.remove(unit_of_work, user, passkey)
        assert await self.left(unit_of_work, user) == (False, 1)

    async def test_copied_passkey_is_no_credential(self, unit_of_work: UnitOfWork) -> None:
        user, (first, second) = await self.an_account(unit_of_work, passkeys=2, password=True)
        async with unit_of_work.begin() as transaction:
            await transaction.passkeys.mark_suspect(first, now=NOW)
            await transaction.commit()
        assert await self.remove(unit_of_work, user)
        assert not await self.remove(unit_of_work, user, second)
        assert await self.remove(unit_of_work, user, first)

    async def test_password_and_passkey_removed_at_once(self, unit_of_work: UnitOfWork) -> None:
        for _ in range(ROUNDS):
            user, (passkey,) = await self.an_account(unit_of_work, passkeys=1, password=True)
            removed = await asyncio.gather(
                self.remove(unit_of_work, user), self.remove(unit_of_work, user, passkey)
            )
            assert sorted(removed) == [False, True]
            assert await self.left(unit_of_work, user) in {(True, 0), (False, 1)}

    async def test_two_passkeys_removed_at_once(self, unit_of_work: UnitOfWork) -> None:
        for _ in range(ROUNDS):
            user, passkeys = await self.an_account(unit_of_work, passkeys=2, password=False)
            removed = await asyncio.gather(*(self.remove(unit_of_work, user, each) for each in passkeys))
            assert sorted(removed) == [False, True]
            assert await self.left(unit_of_work, user) == (False, 1)
