"""What a `UserRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace

import pytest
from tests.builders import PROFILE, a_name, a_new_user, a_username

from fastauth.domain.accounts.errors import UsernameTaken
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.accounts.username import Username


async def add(users: UserRepository, username: str, fullname: str = "Ann") -> User:
    return await users.add(a_new_user(username, fullname=fullname))


class UserRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    async def test_username_that_cannot_be_stored_is_not_found(self, users: UserRepository) -> None:
        """PostgreSQL stores no NUL."""
        for text in ("\0", "a\0b", "a\0b@example.com"):
            assert await users.find(Username.parse_existing(text, PROFILE)) is None

    async def test_unknown_username_is_not_found(self, users: UserRepository) -> None:
        await add(users, a_name())
        assert await users.find(a_username(a_name())) is None

    async def test_finds_added_user(self, users: UserRepository) -> None:
        added = await add(users, a_name())
        assert await users.find(added.username) == added

    async def test_gets_user_by_id(self, users: UserRepository) -> None:
        added = await add(users, a_name())
        assert await users.get(added.id) == added
        assert await users.get(UserId(added.id + 1_000_000)) is None

    async def test_finds_user_by_another_spelling(self, users: UserRepository) -> None:
        name = a_name()
        added = await add(users, name.upper())
        assert await users.find(a_username(name)) == added
        assert added.username.display == name.upper()

    async def test_text_is_stored_unchanged(self, users: UserRepository) -> None:
        name, fullname = f"Zoë{a_name()}", "名 \U0001f600 O'Brien; --"
        await add(users, name, fullname)
        found = await users.find(a_username(name))
        assert found
        assert found.username.display == name
        assert found.fullname.text == fullname

    async def test_ids_are_unique(self, users: UserRepository) -> None:
        first, second = await add(users, a_name()), await add(users, a_name())
        assert first.id < second.id

    async def test_full_name_need_not_be_unique(self, users: UserRepository) -> None:
        await add(users, a_name(), fullname="Ann Lee")
        await add(users, a_name(), fullname="Ann Lee")

    async def test_taken_username_is_rejected(self, users: UserRepository) -> None:
        name = a_name()
        holder = await add(users, name)
        with pytest.raises(UsernameTaken):
            await add(users, name.upper(), fullname="Somebody Else")
        assert await users.find(a_username(name)) == holder

    async def test_one_of_concurrent_registrations_succeeds(self, users: UserRepository) -> None:
        name = a_name()
        spellings = [name, name.upper(), name.title(), name.swapcase()] * 9
        outcomes = await asyncio.gather(
            *(add(users, spelling) for spelling in spellings), return_exceptions=True
        )
        winners = [outcome for outcome in outcomes if isinstance(outcome, User)]
        losers = [outcome for outcome in outcomes if isinstance(outcome, UsernameTaken)]
        assert (len(winners), len(losers)) == (1, 35)
        assert await users.find(a_username(name)) == winners[0]

    async def test_set_username(self, users: UserRepository) -> None:
        user, other, name = await add(users, a_name()), await add(users, a_name()), a_name()
        await users.set_username(user.id, a_username(name.upper()))
        found = await users.find(a_username(name))
        assert found == replace(user, username=a_username(name.upper()))
        assert await users.find(user.username) is None
        await users.set_username(user.id, a_username(name))
        with pytest.raises(UsernameTaken):
            await users.set_username(user.id, a_username(other.username.display.upper()))
        assert await users.find(other.username) == other
