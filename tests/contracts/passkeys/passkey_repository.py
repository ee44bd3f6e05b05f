"""What a `PasskeyRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_bytes, token_urlsafe

import pytest
from tests.builders import a_credential, a_new_user

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.passkeys.errors import PasskeyTaken, TooManyPasskeys
from fastauth.domain.passkeys.passkey import (
    MAX_PASSKEYS,
    Assertion,
    CredentialId,
    Passkey,
    PasskeyName,
    UserHandle,
)
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.second_factors.method import SecondFactorMethod
from fastauth.domain.second_factors.ports import SecondFactorRepository

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
NAME = PasskeyName("Phone")


async def a_user(users: UserRepository) -> User:
    return await users.add(a_new_user())


def a_handle() -> UserHandle:
    return UserHandle(token_bytes(32))


def an_assertion(sign_count: int = 0, *, backed_up: bool = True) -> Assertion:
    return Assertion(sign_count=sign_count, user_verified=True, backup_eligible=True, backed_up=backed_up)


class PasskeyRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passkeys(self, users: UserRepository) -> PasskeyRepository: ...

    @abstractmethod
    @pytest.fixture
    def factors(self, users: UserRepository) -> SecondFactorRepository: ...

    @pytest.fixture
    async def user(self, users: UserRepository) -> User:
        return await a_user(users)

    @pytest.fixture
    async def other(self, users: UserRepository) -> User:
        return await a_user(users)

    async def added(
        self, passkeys: PasskeyRepository, user: User, *, sign_count: int = 0, now: datetime = NOW
    ) -> Passkey:
        handle = await passkeys.handle_of(user.id) or a_handle()
        credential = a_credential(sign_count=sign_count)
        passkey = await passkeys.add(user.id, credential, handle=handle, name=NAME, now=now)
        assert passkey
        return passkey

    async def test_account_without_passkeys(self, passkeys: PasskeyRepository, user: User) -> None:
        assert await passkeys.of_user(user.id) == ()
        assert await passkeys.handle_of(user.id) is None
        assert await passkeys.find(a_credential().id) is None

    async def test_stored_passkey_is_as_it_was_added(self, passkeys: PasskeyRepository, user: User) -> None:
        credential, handle = a_credential(sign_count=2**32 - 1), a_handle()
        passkey = await passkeys.add(user.id, credential, handle=handle, name=NAME, now=NOW)
        assert passkey
        assert (passkey.id, passkey.user_id, passkey.name) == (credential.id, user.id, NAME)
        assert (passkey.public_key, passkey.sign_count) == (credential.public_key, credential.sign_count)
        assert (passkey.created_at, passkey.last_used_at, passkey.suspect_at) == (NOW, None, None)
        assert await passkeys.of_user(user.id) == (passkey,)
        found = await passkeys.find(credential.id)
        assert found
        assert (found.passkey, found.user.username, found.handle) == (passkey, user.username, handle)

    async def test_longest_id(self, passkeys: PasskeyRepository, user: User) -> None:
        credential = replace(a_credential(), id=CredentialId(token_urlsafe(1023)))
        assert await passkeys.add(user.id, credential, handle=a_handle(), name=NAME, now=NOW)
        assert await passkeys.find(credential.id)

    async def test_handle_of_an_account_stays(
        self, passkeys: PasskeyRepository, user: User, other: User
    ) -> None:
        handle, another = a_handle(), a_handle()
        assert await passkeys.add(user.id, a_credential(), handle=handle, name=NAME, now=NOW)
        assert await passkeys.add(user.id, a_credential(), handle=another, name=NAME, now=NOW) is None
        assert await passkeys.add(other.id, a_credential(), handle=another, name=NAME, now=NOW)
        assert await passkeys.handle_of(user.id) == handle
        [passkey] = await passkeys.of_user(user.id)
        assert await passkeys.remove(user.id, passkey.id)
        assert await passkeys.handle_of(user.id) == handle

    async def test_concurrent_first_passkeys_have_one_handle(
        self, passkeys: PasskeyRepository, user: User
    ) -> None:
        """Each ceremony has made a handle of its own; only those of the first one stored can go on."""
        added = await asyncio.gather(
            *(passkeys.add(user.id, a_credential(), handle=a_handle(), name=NAME, now=NOW) for _ in range(4))
        )
        assert len([each for each in added if each]) == 1

    async def test_credential_of_one_account_only(
        self, passkeys: PasskeyRepository, user: User, other: User
    ) -> None:
        credential, handle = a_credential(), a_handle()
        assert await passkeys.add(user.id, credential, handle=handle, name=NAME, now=NOW)
        for account, its in ((user, handle), (other, a_handle())):
            with pytest.raises(PasskeyTaken):
                await passkeys.add(account.id, credential, handle=its, name=NAME, now=NOW)
        assert len(await passkeys.of_user(user.id)) == 1

    async def test_at_most_twenty(self, passkeys: PasskeyRepository, user: User) -> None:
        """The limit holds for concurrent additions, too."""
        handle = a_handle()
        first = await passkeys.add(user.id, a_credential(), handle=handle, name=NAME, now=NOW)
        outcomes = await asyncio.gather(
            *(
                passkeys.add(user.id, a_credential(), handle=handle, name=NAME, now=NOW)
                for _ in range(MAX_PASSKEYS + 3)
            ),
            return_exceptions=True,
        )
        refused = [each for each in outcomes if isinstance(each, TooManyPasskeys)]
        assert (bool(first), len(refused)) == (True, 4)
        assert len(await passkeys.of_user(user.id)) == MAX_PASSKEYS == 20

    async def test_accept(self, passkeys: PasskeyRepository, user: User) -> None:
        """The counter grows, or stays 0. Nothing else is accepted or stored."""
        table = [(0, 0, True), (0, 1, True), (0, 7, True), (5, 6, True), (5, 2**32 - 1, True)]
        table += [(5, 5, False), (5, 4, False), (5, 0, False), (1, 0, False)]
        for stored, presented, accepted in table:
            passkey = await self.added(passkeys, user, sign_count=stored)
            assert await passkeys.accept(passkey.id, an_assertion(presented), now=LATER) == accepted
            found = await passkeys.find(passkey.id)
            assert found, (stored, presented)
            used = replace(passkey, sign_count=presented, backed_up=True, last_used_at=LATER)
            assert found.passkey == (used if accepted else passkey), (stored, presented)
            assert await passkeys.remove(user.id, passkey.id)
            assert not await passkeys.accept(passkey.id, an_assertion(2**31), now=LATER)

    async def test_one_counter_is_accepted_once(self, passkeys: PasskeyRepository, user: User) -> None:
        passkey = await self.added(passkeys, user)
        outcomes = await asyncio.gather(
            *(passkeys.accept(passkey.id, an_assertion(3), now=LATER) for _ in range(16))
        )
        assert sum(outcomes) == 1

    async def test_mark_suspect(self, passkeys: PasskeyRepository, user: User) -> None:
        passkey, other = await self.added(passkeys, user), await self.added(passkeys, user, now=LATER)
        await passkeys.mark_suspect(passkey.id, now=LATER)
        assert await passkeys.of_user(user.id) == (replace(passkey, suspect_at=LATER), other)

    async def test_is_a_second_factor(
        self, passkeys: PasskeyRepository, factors: SecondFactorRepository, user: User
    ) -> None:
        """As long as the account has a passkey, a password alone is not enough."""
        assert SecondFactorMethod.PASSKEY not in await factors.methods_of(user.id)
        first, second = await self.added(passkeys, user), await self.added(passkeys, user, now=LATER)
        assert await factors.require(user.id, now=NOW)
        assert await factors.methods_of(user.id) == (SecondFactorMethod.PASSKEY,)
        for passkey, was_last in ((first, False), (second, True)):
            assert await passkeys.remove(user.id, passkey.id)
            assert await factors.release(user.id) == was_last
        assert await factors.methods_of(user.id) == ()

    async def test_rename_and_remove(self, passkeys: PasskeyRepository, user: User, other: User) -> None:
        """Only those of the account itself."""
        passkey, name = await self.added(passkeys, user), PasskeyName("Key ring")
        assert await passkeys.rename(other.id, passkey.id, name) is None
        assert not await passkeys.remove(other.id, passkey.id)
        assert await passkeys.of_user(user.id) == (passkey,)
        renamed = replace(passkey, name=name)
        assert await passkeys.rename(user.id, passkey.id, name) == renamed
        assert await passkeys.of_user(user.id) == (renamed,)
        assert await passkeys.remove(user.id, passkey.id)
        assert not await passkeys.remove(user.id, passkey.id)
        assert await passkeys.rename(user.id, passkey.id, name) is None
        assert await passkeys.of_user(user.id) == ()
