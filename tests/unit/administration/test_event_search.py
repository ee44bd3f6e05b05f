"""The search of events in memory keeps the contract of the adapter."""

import pytest
from tests.contracts.administration.event_search import EXAMINED, EventSearchContract
from tests.fakes import FakeEventLog, FakeEventSearch, FakeStorage, FakeUnitOfWork, FakeUserRepository


class TestFakeEventSearch(EventSearchContract):
    @pytest.fixture
    def storage(self) -> FakeStorage:
        return FakeStorage()

    @pytest.fixture
    def users(self, storage: FakeStorage) -> FakeUserRepository:
        return FakeUserRepository(storage)

    @pytest.fixture
    def events(self, storage: FakeStorage) -> FakeEventLog:
        return FakeEventLog(storage)

    @pytest.fixture
    def unit_of_work(self, storage: FakeStorage) -> FakeUnitOfWork:
        return FakeUnitOfWork(storage)

    @pytest.fixture
    def search(self, storage: FakeStorage) -> FakeEventSearch:
        return FakeEventSearch(storage, EXAMINED)
