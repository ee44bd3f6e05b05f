"""What a `UserDirectory` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest
from tests.builders import a_new_user

from fastauth.domain.accounts.ports import UserDirectory, UserRepository
from fastauth.domain.accounts.user import User

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class UserDirectoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def directory(self, users: UserRepository) -> UserDirectory: ...

    @pytest.fixture
    async def three(self, users: UserRepository) -> list[User]:
        """A user, a disabled user and another user, after all that were there before."""
        three = [await users.add(a_new_user()) for _ in range(3)]
        await users.set_disabled(three[1].id, NOW)
        return [found for user in three if (found := await users.find(user.username))]

    async def test_pages_are_in_order_of_ids(self, directory: UserDirectory, three: list[User]) -> None:
        assert await directory.page(after=three[0].id, limit=10) == three[1:]
        assert await directory.page(after=three[2].id, limit=10) == []

    async def test_limit(self, directory: UserDirectory, three: list[User]) -> None:
        assert await directory.page(after=three[0].id, limit=1) == [three[1]]

    async def test_first_page(self, directory: UserDirectory, three: list[User]) -> None:
        (first,) = await directory.page(after=None, limit=1)
        assert first.id <= three[0].id

    @pytest.mark.parametrize(("disabled", "those"), [(True, [1]), (False, [2])])
    async def test_filters_by_disabled(
        self, directory: UserDirectory, three: list[User], *, disabled: bool, those: list[int]
    ) -> None:
        found = await directory.page(after=three[0].id, limit=10, disabled=disabled)
        assert found == [three[index] for index in those]
