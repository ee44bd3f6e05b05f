"""The fakes earn their trust: they keep the contracts that the adapters keep."""

import pytest
from tests.contracts.name_ledger import NameLedgerContract
from tests.contracts.password_hasher import PasswordHasherContract
from tests.contracts.session_repository import SweeperContract
from tests.contracts.signing_key_repository import SigningKeyRepositoryContract
from tests.contracts.storage_probe import StorageProbeContract
from tests.contracts.tally_repository import TallyRepositoryContract
from tests.contracts.unit_of_work import UnitOfWorkContract
from tests.contracts.user_directory import UserDirectoryContract
from tests.contracts.user_intake import UserIntakeContract
from tests.contracts.user_repository import UserRepositoryContract
from tests.fakes import (
    FakeNameLedger,
    FakePasswordHasher,
    FakeSessionRepository,
    FakeSigningKeyRepository,
    FakeStorageProbe,
    FakeSweeper,
    FakeTallyRepository,
    FakeUnitOfWork,
    FakeUserDirectory,
    FakeUserIntake,
    FakeUserRepository,
)

from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.event import EventKind
from fastauth.domain.ports import UserRepository
from fastauth.domain.user import User


class TestFakeUserRepository(UserRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()


class TestFakeUserDirectory(UserDirectoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def directory(self, users: FakeUserRepository) -> FakeUserDirectory:
        return FakeUserDirectory(users.storage)


class TestFakeUserIntake(UserIntakeContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def intake(self, users: FakeUserRepository) -> FakeUserIntake:
        return FakeUserIntake(users.storage)


class TestFakeNameLedger(NameLedgerContract):
    @pytest.fixture
    def open_ledger(self) -> type[FakeNameLedger]:
        return FakeNameLedger


class TestFakePasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> FakePasswordHasher:
        return FakePasswordHasher()


class TestFakeSessionRepository(SweeperContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def sweeper(self, users: FakeUserRepository) -> FakeSweeper:
        return FakeSweeper(users.storage)


class TestFakeTallyRepository(TallyRepositoryContract):
    @pytest.fixture
    def tallies(self) -> FakeTallyRepository:
        return FakeTallyRepository()

    @pytest.fixture
    def sweeper(self, tallies: FakeTallyRepository) -> FakeSweeper:
        return FakeSweeper(tallies.storage)


class TestFakeUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def unit_of_work(self, users: FakeUserRepository) -> FakeUnitOfWork:
        return FakeUnitOfWork(users.storage)

    async def events_of(self, user: User, users: UserRepository) -> list[EventKind]:
        assert isinstance(users, FakeUserRepository)
        return [event.kind for event in users.storage.events if event.user_id == user.id]


class TestFakeSigningKeyRepository(SigningKeyRepositoryContract):
    @pytest.fixture
    def keys(self) -> FakeSigningKeyRepository:
        return FakeSigningKeyRepository()


class TestFakeStorageProbe(StorageProbeContract):
    @pytest.fixture
    def probe(self) -> FakeStorageProbe:
        return FakeStorageProbe()

    @pytest.fixture
    def lost(self) -> FakeStorageProbe:
        return FakeStorageProbe(trouble=StorageUnavailable())
