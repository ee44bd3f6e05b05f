"""What a `PasswordRepository` promises."""

import asyncio
from abc import ABC, abstractmethod

import pytest
from tests.builders import PROFILE, a_name, a_new_user, a_password_hash, a_username

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.passwords.credential import PasswordCredential
from fastauth.domain.passwords.ports import PasswordRepository


class PasswordRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    async def test_finds_user_with_hash_by_another_spelling(
        self, passwords: PasswordRepository, users: UserRepository, user: User
    ) -> None:
        found = await passwords.find(a_username(user.username.display.upper()))
        assert found == PasswordCredential(user, a_password_hash())
        assert found.user.has_verified_address is False
        assert await users.get(user.id) == user

    async def test_username_that_cannot_be_stored_is_not_found(self, passwords: PasswordRepository) -> None:
        """PostgreSQL stores no NUL."""
        for text in ("\0", "a\0b", "a\0b@example.com"):
            assert await passwords.find(Username.parse_existing(text, PROFILE)) is None

    async def test_unknown_username_is_not_found(self, passwords: PasswordRepository) -> None:
        assert await passwords.find(a_username(a_name())) is None

    async def test_hash_is_stored_unchanged(self, passwords: PasswordRepository) -> None:
        encoded = "$argon2id$ü\u200d'\"\\%s"
        user = await passwords.add_user(a_new_user(), a_password_hash(encoded))
        assert (await passwords.get(user.id)).encoded == encoded

    async def test_taken_username_is_rejected(self, passwords: PasswordRepository, user: User) -> None:
        with pytest.raises(UsernameTaken):
            await passwords.add_user(a_new_user(user.username.display.upper()), a_password_hash("another"))
        assert await passwords.get(user.id) == a_password_hash()

    async def test_account_without_a_password(
        self, passwords: PasswordRepository, users: UserRepository
    ) -> None:
        """What is stored for it differs between accounts, and between two times of one account."""
        first, second = await users.add(a_new_user()), await users.add(a_new_user())
        stored = [await passwords.get(each.id) for each in (first, second, first)]
        assert [each.is_usable for each in stored] == [False] * 3
        assert stored[0] == stored[2] != stored[1]
        found = await passwords.find(first.username)
        assert found == PasswordCredential(first, stored[0])

    async def test_unknown_user_has_no_usable_hash(self, passwords: PasswordRepository, user: User) -> None:
        assert not (await passwords.get(UserId(user.id + 1_000_000))).is_usable

    async def test_set(self, passwords: PasswordRepository, user: User) -> None:
        other = await passwords.add_user(a_new_user(), a_password_hash())
        await passwords.set(user.id, a_password_hash("another"))
        assert await passwords.get(user.id) == a_password_hash("another")
        assert await passwords.get(other.id) == a_password_hash()

    async def test_compare_and_set(self, passwords: PasswordRepository, user: User) -> None:
        new = a_password_hash("new")
        assert not await passwords.compare_and_set(user.id, expected=a_password_hash("not known"), new=new)
        assert await passwords.get(user.id) == a_password_hash()
        assert await passwords.compare_and_set(user.id, expected=a_password_hash(), new=new)
        assert await passwords.get(user.id) == new

    async def test_one_of_concurrent_changes_succeeds(
        self, passwords: PasswordRepository, user: User
    ) -> None:
        changes = (
            passwords.compare_and_set(user.id, expected=a_password_hash(), new=a_password_hash(f"new {n}"))
            for n in range(16)
        )
        assert sum(await asyncio.gather(*changes)) == 1
