"""The fakes keep the contracts that the adapters keep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
from tests.contracts.accounts.seen_usernames import SeenUsernamesContract
from tests.contracts.accounts.user_directory import UserDirectoryContract
from tests.contracts.accounts.user_repository import UserRepositoryContract
from tests.contracts.api_keys.api_key_repository import ApiKeyRepositoryContract
from tests.contracts.audit.audit_trail import AuditTrailContract, Ports
from tests.contracts.browser_sessions.browser_session_repository import BrowserSessionRepositoryContract
from tests.contracts.email_addresses.email_address_repository import EmailAddressRepositoryContract
from tests.contracts.event_feed.event_feed import EventFeedContract
from tests.contracts.event_feed.feed_accounts import FeedAccountsContract
from tests.contracts.idempotency.answered_request_repository import AnsweredRequestRepositoryContract
from tests.contracts.invitations.invitation_repository import InvitationRepositoryContract
from tests.contracts.one_time_tokens.one_time_token_repository import OneTimeTokenRepositoryContract
from tests.contracts.operations.expired_rows import ExpiredRowsContract
from tests.contracts.operations.storage_probe import StorageProbeContract
from tests.contracts.passkeys.passkey_repository import PasskeyRepositoryContract
from tests.contracts.passwords.bulk_user_repository import BulkUserRepositoryContract
from tests.contracts.passwords.last_credential import LastCredentialContract
from tests.contracts.passwords.password_hasher import PasswordHasherContract
from tests.contracts.passwords.password_repository import PasswordRepositoryContract
from tests.contracts.rate_limits.counter_repository import CounterRepositoryContract
from tests.contracts.second_factors.challenge_repository import ChallengeRepositoryContract
from tests.contracts.second_factors.second_factor_repository import SecondFactorRepositoryContract
from tests.contracts.secret_box import SecretBoxContract
from tests.contracts.sessions.account_facts_reader import AccountFactsReaderContract
from tests.contracts.sessions.session_repository import SessionRepositoryContract
from tests.contracts.signing_keys.signing_key_repository import SigningKeyRepositoryContract
from tests.contracts.unit_of_work import UnitOfWorkContract
from tests.fakes import (
    FakeAccountFactsReader,
    FakeApiKeyRepository,
    FakeAuditTrail,
    FakeBrowserSessionRepository,
    FakeBulkUserRepository,
    FakeChallengeRepository,
    FakeClock,
    FakeCounterRepository,
    FakeEmailAddressRepository,
    FakeEventFeed,
    FakeEventLog,
    FakeEventNumbering,
    FakeExpiredRows,
    FakeFeedAccounts,
    FakeInvitationRepository,
    FakeOneTimeTokenRepository,
    FakePasskeyRepository,
    FakePasswordHasher,
    FakePasswordRepository,
    FakeRoleRepository,
    FakeSecondFactorRepository,
    FakeSecretBox,
    FakeSeenUsernames,
    FakeSessionRepository,
    FakeSigningKeyRepository,
    FakeStorage,
    FakeStorageProbe,
    FakeUnitOfWork,
    FakeUserDirectory,
    FakeUserRepository,
)

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import EventSource, EventType
from fastauth.domain.errors import StorageUnavailable
from fastauth.domain.rate_limits.counter import Counter, CounterKey


class TestFakeUserRepository(UserRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()


class TestFakePasswordRepository(PasswordRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)


class TestFakeLastCredential(LastCredentialContract):
    @pytest.fixture
    def unit_of_work(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(FakeStorage())


class TestFakeUserDirectory(UserDirectoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def directory(self, users: FakeUserRepository) -> FakeUserDirectory:
        return FakeUserDirectory(users.storage)


class TestFakeBulkUserRepository(BulkUserRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def bulk_users(self, users: FakeUserRepository) -> FakeBulkUserRepository:
        return FakeBulkUserRepository(users.storage)


class TestFakeSeenUsernames(SeenUsernamesContract):
    @pytest.fixture
    def open_seen_usernames(self) -> type[FakeSeenUsernames]:
        return FakeSeenUsernames


class TestFakePasswordHasher(PasswordHasherContract):
    @pytest.fixture
    def hasher(self) -> FakePasswordHasher:
        return FakePasswordHasher()


class TestFakeSessionRepository(SessionRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def counters(self, users: FakeUserRepository) -> FakeCounterRepository:
        return FakeCounterRepository(users.storage)


@dataclass
class FakeRows:
    counters: FakeCounterRepository

    async def read(self, *keys: CounterKey) -> list[Counter | None]:
        return [self.counters.storage.counters.get(key) for key in keys]

    async def write(self, counters: Mapping[CounterKey, Counter]) -> None:
        self.counters.storage.counters.update(counters)


class TestFakeExpiredRows(ExpiredRowsContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)


class TestFakeCounterRepository(CounterRepositoryContract):
    @pytest.fixture
    def counters(self) -> FakeCounterRepository:
        return FakeCounterRepository()

    @pytest.fixture
    def rows(self, counters: FakeCounterRepository) -> FakeRows:
        return FakeRows(counters)

    @pytest.fixture
    def expired_rows(self, counters: FakeCounterRepository) -> FakeExpiredRows:
        return FakeExpiredRows(counters.storage)


class TestFakeAuditTrail(AuditTrailContract):
    @pytest.fixture
    def make(self, clock: FakeClock) -> Callable[[EventSource], Ports]:
        storage = FakeStorage(clock=clock)

        def made(origin: EventSource) -> Ports:
            storage.origin = lambda: origin
            return Ports(
                users=FakeUserRepository(storage),
                passwords=FakePasswordRepository(storage),
                sessions=FakeSessionRepository(storage),
                keys=FakeSigningKeyRepository(storage),
                events=FakeEventLog(storage),
                trail=FakeAuditTrail(storage),
                expired_rows=FakeExpiredRows(storage),
            )

        return made


class TestFakeEventFeed(EventFeedContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def event_log(self, users: FakeUserRepository) -> FakeEventLog:
        return FakeEventLog(users.storage)

    @pytest.fixture
    def feed(self, users: FakeUserRepository) -> FakeEventFeed:
        return FakeEventFeed(users.storage)

    @pytest.fixture
    def numbering(self, users: FakeUserRepository) -> FakeEventNumbering:
        return FakeEventNumbering(users.storage)


class TestFakeFeedAccounts(FeedAccountsContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def addresses(self, users: FakeUserRepository) -> FakeEmailAddressRepository:
        return FakeEmailAddressRepository(users.storage)

    @pytest.fixture
    def roles(self, users: FakeUserRepository) -> FakeRoleRepository:
        return FakeRoleRepository(users.storage)

    @pytest.fixture
    def accounts(self, users: FakeUserRepository) -> FakeFeedAccounts:
        return FakeFeedAccounts(users.storage)


class TestFakeUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def unit_of_work(self, users: FakeUserRepository) -> FakeUnitOfWork:
        return FakeUnitOfWork(users.storage)

    async def events_of(self, user: User, users: UserRepository) -> list[EventType]:
        assert isinstance(users, FakeUserRepository)
        return [event.type for event in users.storage.events if event.user_id == user.id]


class TestFakeEmailAddressRepository(EmailAddressRepositoryContract):
    @pytest.fixture
    def bulk_users(self, users: FakeUserRepository) -> FakeBulkUserRepository:
        return FakeBulkUserRepository(users.storage)

    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def addresses(self, users: FakeUserRepository) -> FakeEmailAddressRepository:
        return FakeEmailAddressRepository(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)

    @pytest.fixture
    def unit_of_work(self, users: FakeUserRepository) -> FakeUnitOfWork:
        return FakeUnitOfWork(users.storage)


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


class TestFakeBrowserSessionRepository(BrowserSessionRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def browser_sessions(self, users: FakeUserRepository) -> FakeBrowserSessionRepository:
        return FakeBrowserSessionRepository(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)


class TestFakeOneTimeTokenRepository(OneTimeTokenRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def tokens(self, users: FakeUserRepository) -> FakeOneTimeTokenRepository:
        return FakeOneTimeTokenRepository(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)


class TestFakeSecondFactorRepository(SecondFactorRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def factors(self, users: FakeUserRepository) -> FakeSecondFactorRepository:
        return FakeSecondFactorRepository(users.storage)

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)


class TestFakeAccountFactsReader(AccountFactsReaderContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passwords(self, users: FakeUserRepository) -> FakePasswordRepository:
        return FakePasswordRepository(users.storage)

    @pytest.fixture
    def addresses(self, users: FakeUserRepository) -> FakeEmailAddressRepository:
        return FakeEmailAddressRepository(users.storage)

    @pytest.fixture
    def roles(self, users: FakeUserRepository) -> FakeRoleRepository:
        return FakeRoleRepository(users.storage)

    @pytest.fixture
    def sessions(self, users: FakeUserRepository) -> FakeSessionRepository:
        return FakeSessionRepository(users.storage)

    @pytest.fixture
    def reader(self, users: FakeUserRepository) -> FakeAccountFactsReader:
        return FakeAccountFactsReader(users.storage)


class TestFakeApiKeyRepository(ApiKeyRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def roles(self, users: FakeUserRepository) -> FakeRoleRepository:
        return FakeRoleRepository(users.storage)

    @pytest.fixture
    def api_keys(self, users: FakeUserRepository) -> FakeApiKeyRepository:
        return FakeApiKeyRepository(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)


class TestFakePasskeyRepository(PasskeyRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def passkeys(self, users: FakeUserRepository) -> FakePasskeyRepository:
        return FakePasskeyRepository(users.storage)

    @pytest.fixture
    def factors(self, users: FakeUserRepository) -> FakeSecondFactorRepository:
        return FakeSecondFactorRepository(users.storage)


class TestFakeChallengeRepository(ChallengeRepositoryContract):
    @pytest.fixture
    def passwords(self) -> FakePasswordRepository:
        return FakePasswordRepository()

    @pytest.fixture
    def factors(self, passwords: FakePasswordRepository) -> FakeSecondFactorRepository:
        return FakeSecondFactorRepository(passwords.storage)

    @pytest.fixture
    def challenges(self, passwords: FakePasswordRepository) -> FakeChallengeRepository:
        return FakeChallengeRepository(passwords.storage)

    @pytest.fixture
    def sessions(self, passwords: FakePasswordRepository) -> FakeSessionRepository:
        return FakeSessionRepository(passwords.storage)

    @pytest.fixture
    def counters(self, passwords: FakePasswordRepository) -> FakeCounterRepository:
        return FakeCounterRepository(passwords.storage)


class TestFakeSecretBox(SecretBoxContract):
    @pytest.fixture
    def before(self) -> FakeSecretBox:
        return FakeSecretBox("old")

    @pytest.fixture
    def between(self) -> FakeSecretBox:
        return FakeSecretBox("new", "old")

    @pytest.fixture
    def after(self) -> FakeSecretBox:
        return FakeSecretBox("new")


class TestFakeAnsweredRequestRepository(AnsweredRequestRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def unit_of_work(self, users: FakeUserRepository) -> FakeUnitOfWork:
        return FakeUnitOfWork(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)


class TestFakeInvitationRepository(InvitationRepositoryContract):
    @pytest.fixture
    def users(self) -> FakeUserRepository:
        return FakeUserRepository()

    @pytest.fixture
    def invitations(self, users: FakeUserRepository) -> FakeInvitationRepository:
        return FakeInvitationRepository(users.storage)

    @pytest.fixture
    def expired_rows(self, users: FakeUserRepository) -> FakeExpiredRows:
        return FakeExpiredRows(users.storage)
