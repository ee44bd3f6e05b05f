"""The fakes earn their trust: they keep the contracts that the adapters keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from tests.contracts.accounts.bulk_user_repository import UserIntakeContract
from tests.contracts.accounts.seen_usernames import NameLedgerContract
from tests.contracts.accounts.user_directory import UserDirectoryContract
from tests.contracts.accounts.user_repository import UserRepositoryContract
from tests.contracts.audit.audit_trail import AuditTrailContract, Ports
from tests.contracts.operations.storage_probe import StorageProbeContract
from tests.contracts.passwords.password_hasher import PasswordHasherContract
from tests.contracts.rate_limits.counter_repository import TallyRepositoryContract
from tests.contracts.sessions.session_repository import SweeperContract
from tests.contracts.signing_keys.signing_key_repository import SigningKeyRepositoryContract
from tests.contracts.unit_of_work import UnitOfWorkContract
from tests.fakes import (
    FakeAuditTrail,
    FakeClock,
    FakeEventLog,
    FakeNameLedger,
    FakePasswordHasher,
    FakeSessionRepository,
    FakeSigningKeyRepository,
    FakeStorage,
    FakeStorageProbe,
    FakeSweeper,
    FakeTallyRepository,
    FakeUnitOfWork,
    FakeUserDirectory,
    FakeUserIntake,
    FakeUserRepository,
)

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import EventKind, Origin
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.rate_limits.counter import Tally, TallyKey


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
    def tallies(self, users: FakeUserRepository) -> FakeTallyRepository:
        return FakeTallyRepository(users.storage)

    @pytest.fixture
    def sweeper(self, users: FakeUserRepository) -> FakeSweeper:
        return FakeSweeper(users.storage)


@dataclass
class FakeRows:
    tallies: FakeTallyRepository

    async def read(self, *keys: TallyKey) -> list[Tally | None]:
        return [self.tallies.storage.tallies.get(key) for key in keys]

    async def write(self, tallies: Mapping[TallyKey, Tally]) -> None:
        self.tallies.storage.tallies.update(tallies)


class TestFakeTallyRepository(TallyRepositoryContract):
    @pytest.fixture
    def tallies(self) -> FakeTallyRepository:
        return FakeTallyRepository()

    @pytest.fixture
    def rows(self, tallies: FakeTallyRepository) -> FakeRows:
        return FakeRows(tallies)

    @pytest.fixture
    def sweeper(self, tallies: FakeTallyRepository) -> FakeSweeper:
        return FakeSweeper(tallies.storage)


class TestFakeAuditTrail(AuditTrailContract):
    @pytest.fixture
    def make(self, clock: FakeClock) -> Callable[[Origin], Ports]:
        storage = FakeStorage(clock=clock)

        def made(origin: Origin) -> Ports:
            storage.origin = lambda: origin
            return Ports(
                users=FakeUserRepository(storage),
                sessions=FakeSessionRepository(storage),
                keys=FakeSigningKeyRepository(storage),
                events=FakeEventLog(storage),
                trail=FakeAuditTrail(storage),
                sweeper=FakeSweeper(storage),
            )

        return made


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
