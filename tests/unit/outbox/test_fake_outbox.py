"""The fakes of the outbox keep the contract that the adapters keep."""

import pytest
from tests.contracts.outbox.outbox_queue import OutboxQueueContract
from tests.fakes import FakeExpiredRows, FakeOutboxQueue, FakeSecretBox, FakeUnitOfWork, FakeUserRepository

from fastauth.domain.outbox.ports import OutboxQueue


class TestFakeOutboxQueue(OutboxQueueContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def box(self) -> FakeSecretBox:
        return FakeSecretBox()

    @pytest.fixture
    def unit_of_work(self, users: FakeUserRepository, box: FakeSecretBox) -> FakeUnitOfWork:
        return FakeUnitOfWork(users.storage, box)

    @pytest.fixture
    def stored(self, users: FakeUserRepository) -> FakeOutboxQueue:
        return FakeOutboxQueue(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)

    async def sealed_of(self, entry_id: str, stored: OutboxQueue) -> str | None:
        assert isinstance(stored, FakeOutboxQueue)
        return stored.storage.outbox[entry_id].sealed
