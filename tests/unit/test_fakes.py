"""The fakes earn their trust: they keep the contracts that the adapters keep."""

import pytest
from tests.contracts.password_hasher import PasswordHasherContract
from tests.contracts.user_repository import UserRepositoryContract
from tests.fakes import FakePasswordHasher, FakeUserRepository


class TestFakeUserRepository(UserRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()


class TestFakePasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> FakePasswordHasher:
        return FakePasswordHasher()
