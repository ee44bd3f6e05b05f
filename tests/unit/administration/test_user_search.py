"""The search of accounts in memory keeps the contract of the adapter."""

import pytest
from tests.contracts.administration.user_search import EXAMINED, UserSearchContract
from tests.fakes import (
    FakeBulkUserRepository,
    FakeEmailAddressRepository,
    FakeErasureRepository,
    FakeRoleRepository,
    FakeStorage,
    FakeUserRepository,
    FakeUserSearch,
)


class TestFakeUserSearch(UserSearchContract):
    @pytest.fixture
    def storage(self) -> FakeStorage:
        return FakeStorage()

    @pytest.fixture
    def users(self, storage: FakeStorage) -> FakeUserRepository:
        return FakeUserRepository(storage)

    @pytest.fixture
    def addresses(self, storage: FakeStorage) -> FakeEmailAddressRepository:
        return FakeEmailAddressRepository(storage)

    @pytest.fixture
    def roles(self, storage: FakeStorage) -> FakeRoleRepository:
        return FakeRoleRepository(storage)

    @pytest.fixture
    def bulk_users(self, storage: FakeStorage) -> FakeBulkUserRepository:
        return FakeBulkUserRepository(storage)

    @pytest.fixture
    def erasures(self, storage: FakeStorage) -> FakeErasureRepository:
        return FakeErasureRepository(storage)

    @pytest.fixture
    def search(self, storage: FakeStorage) -> FakeUserSearch:
        return FakeUserSearch(storage, EXAMINED)
