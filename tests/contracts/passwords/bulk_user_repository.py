"""What a `BulkUserRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest
from tests.builders import a_name, a_new_user, an_imported_user

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.passwords.credential import ExistingUser
from fastauth.domain.passwords.ports import BulkUserRepository, PasswordRepository

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class BulkUserRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def bulk_users(self, users: UserRepository) -> BulkUserRepository: ...

    async def test_inserts_all_in_one_call(
        self, bulk_users: BulkUserRepository, passwords: PasswordRepository
    ) -> None:
        newcomers = [
            an_imported_user(),
            an_imported_user(encoded="another", disabled_at=NOW),
            an_imported_user(a_name().upper()),
        ]
        admitted = await bulk_users.insert_new(newcomers)
        assert admitted.keys() == {newcomer.user.username.canonical for newcomer in newcomers}
        for newcomer in newcomers:
            found = await passwords.find(newcomer.user.username)
            assert found
            user, new = found.user, newcomer.user
            assert (user.id, found.password_hash) == (
                admitted[new.username.canonical],
                newcomer.password_hash,
            )
            assert (user.username, user.fullname) == (new.username, new.fullname)
            assert user.disabled_at == new.disabled_at

    async def test_empty_input(self, bulk_users: BulkUserRepository) -> None:
        assert await bulk_users.insert_new([]) == {}
        assert await bulk_users.find_existing([]) == {}

    async def test_inserts_a_thousand(self, bulk_users: BulkUserRepository) -> None:
        newcomers = [an_imported_user() for _ in range(1_000)]
        assert len(await bulk_users.insert_new(newcomers)) == 1_000
        assert (
            len(await bulk_users.find_existing([newcomer.user.username.canonical for newcomer in newcomers]))
            == 1_000
        )

    async def test_existing_users_are_not_changed(
        self, bulk_users: BulkUserRepository, users: UserRepository
    ) -> None:
        name = a_name()
        holder = await users.add(a_new_user(name))
        other = an_imported_user()
        admitted = await bulk_users.insert_new([an_imported_user(name.upper(), encoded="another"), other])
        assert set(admitted) == {other.user.username.canonical}
        assert await users.find(holder.username) == holder

    async def test_find_existing_returns_id_and_hash(self, bulk_users: BulkUserRepository) -> None:
        newcomer = an_imported_user(encoded=a_name())
        admitted = await bulk_users.insert_new([newcomer])
        held = await bulk_users.find_existing([newcomer.user.username.canonical, a_name()])
        holder = ExistingUser(
            id=admitted[newcomer.user.username.canonical], password_hash=newcomer.password_hash
        )
        assert held == {newcomer.user.username.canonical: holder}

    async def test_concurrent_inserts_store_each_user_once(self, bulk_users: BulkUserRepository) -> None:
        newcomers = [an_imported_user() for _ in range(50)]
        orders = [newcomers, newcomers[::-1], newcomers[25:] + newcomers[:25]]
        admitted = await asyncio.gather(*(bulk_users.insert_new(order) for order in orders))
        expected = sorted(newcomer.user.username.canonical for newcomer in newcomers)
        assert sorted(key for keys in admitted for key in keys) == expected
