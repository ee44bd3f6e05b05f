"""What a `BulkUserRepository` promises."""

import asyncio
from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest
from tests.builders import a_full_name, a_name, a_new_user, a_password_hash, a_username

from fastauth.domain.accounts.ports import BulkUserRepository, UserRepository
from fastauth.domain.accounts.user import ExistingUser

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class BulkUserRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def bulk_users(self, users: UserRepository) -> BulkUserRepository: ...

    async def test_inserts_all_in_one_call(
        self, bulk_users: BulkUserRepository, users: UserRepository
    ) -> None:
        newcomers = [a_new_user(), a_new_user(disabled_at=NOW), a_new_user(spelling=a_name().upper())]
        admitted = await bulk_users.insert_new(newcomers)
        assert admitted.keys() == {newcomer.username.canonical for newcomer in newcomers}
        for newcomer in newcomers:
            user = await users.find(newcomer.username)
            assert user
            assert user.id == admitted[newcomer.username.canonical]
            assert (user.username, user.fullname) == (newcomer.username, newcomer.fullname)
            assert (user.password_hash, user.disabled_at) == (newcomer.password_hash, newcomer.disabled_at)

    async def test_empty_input(self, bulk_users: BulkUserRepository) -> None:
        assert await bulk_users.insert_new([]) == {}
        assert await bulk_users.find_existing([]) == {}

    async def test_inserts_a_thousand(self, bulk_users: BulkUserRepository) -> None:
        newcomers = [a_new_user() for _ in range(1_000)]
        assert len(await bulk_users.insert_new(newcomers)) == 1_000
        assert (
            len(await bulk_users.find_existing([newcomer.username.canonical for newcomer in newcomers]))
            == 1_000
        )

    async def test_existing_users_are_not_changed(
        self, bulk_users: BulkUserRepository, users: UserRepository
    ) -> None:
        name = a_name()
        holder = await users.add(
            username=a_username(name), fullname=a_full_name(), password_hash=a_password_hash()
        )
        other = a_new_user()
        admitted = await bulk_users.insert_new([a_new_user(spelling=name.upper(), encoded="another"), other])
        assert set(admitted) == {other.username.canonical}
        assert await users.find(holder.username) == holder

    async def test_find_existing_returns_id_and_hash(self, bulk_users: BulkUserRepository) -> None:
        newcomer = a_new_user(encoded=a_name())
        admitted = await bulk_users.insert_new([newcomer])
        held = await bulk_users.find_existing([newcomer.username.canonical, a_name()])
        holder = ExistingUser(id=admitted[newcomer.username.canonical], password_hash=newcomer.password_hash)
        assert held == {newcomer.username.canonical: holder}

    async def test_concurrent_inserts_store_each_user_once(self, bulk_users: BulkUserRepository) -> None:
        newcomers = [a_new_user() for _ in range(50)]
        orders = [newcomers, newcomers[::-1], newcomers[25:] + newcomers[:25]]
        admitted = await asyncio.gather(*(bulk_users.insert_new(order) for order in orders))
        everybody = sorted(newcomer.username.canonical for newcomer in newcomers)
        assert sorted(key for keys in admitted for key in keys) == everybody
