"""The erasures in memory keep the contract of the repository."""

import pytest
from tests.contracts.personal_data.erasure_repository import ErasureRepositoryContract
from tests.fakes import (
    FakeAuditTrail,
    FakeErasureRepository,
    FakeOutboxQueue,
    FakeUnitOfWork,
    FakeUserRepository,
)


class TestFakeErasureRepository(ErasureRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def erasures(self, users: FakeUserRepository) -> FakeErasureRepository:
        return FakeErasureRepository(users.storage)

    @pytest.fixture
    def unit_of_work(self, users: FakeUserRepository) -> FakeUnitOfWork:
        return FakeUnitOfWork(users.storage)

    @pytest.fixture
    def outbox(self, users: FakeUserRepository) -> FakeOutboxQueue:
        return FakeOutboxQueue(users.storage)

    @pytest.fixture
    def trail(self, users: FakeUserRepository) -> FakeAuditTrail:
        return FakeAuditTrail(users.storage)
