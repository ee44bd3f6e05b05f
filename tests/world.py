"""Every use case over one storage and one clock: what a whole service would be, without a service."""

from dataclasses import dataclass, field

from tests.builders import PROFILE, a_policy
from tests.fakes import (
    FakeAccessTokens,
    FakeBulkUserRepository,
    FakeClock,
    FakeCounterRepository,
    FakePasswordHasher,
    FakeSeenUsernames,
    FakeSessionRepository,
    FakeStorage,
    FakeUnitOfWork,
    FakeUserDirectory,
    FakeUserRepository,
)

from fastauth.application.accounts.change_full_name import ChangeFullName
from fastauth.application.accounts.disable_user import DisableUser
from fastauth.application.accounts.enable_user import EnableUser
from fastauth.application.accounts.find_user import FindUser
from fastauth.application.accounts.get_user import GetUser
from fastauth.application.accounts.import_users import ImportUsers
from fastauth.application.accounts.list_users import ListUsers
from fastauth.application.accounts.register_user import RegisterUser
from fastauth.application.accounts.unlock_user import UnlockUser
from fastauth.application.passwords.change_password import ChangePassword
from fastauth.application.passwords.set_password import SetPassword
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.application.sessions.list_sessions import ListSessions
from fastauth.application.sessions.log_in import LogIn
from fastauth.application.sessions.log_out import LogOut
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.application.sessions.revoke_sessions import RevokeSessions
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.audit.event import EventType
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.limits import Limits
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.device_token import DeviceTokens
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.session import ClientInfo, SessionPolicy
from fastauth.domain.unit_of_work import UnitOfWork

A_SECRET_KEY = SecretKey(b"a secret key of the tests, 32 bytes")
A_DEVICE = ClientInfo(user_agent="a browser", address="192.0.2.1")


@dataclass(kw_only=True)
class World:
    storage: FakeStorage = field(default_factory=FakeStorage)
    clock: FakeClock = field(default_factory=FakeClock)
    hasher: FakePasswordHasher = field(default_factory=FakePasswordHasher)
    limits: Limits | None = None
    terms: SessionPolicy = field(default_factory=SessionPolicy)
    passwords: PasswordPolicy = field(default_factory=a_policy)
    mint: RefreshTokenCodec = field(default_factory=lambda: RefreshTokenCodec(A_SECRET_KEY))
    users: UserRepository = None  # type: ignore[assignment]  # filled in below
    sessions: SessionRepository = None  # type: ignore[assignment]
    unit_of_work: UnitOfWork = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.storage.clock = self.clock
        self.users = self.users or FakeUserRepository(self.storage)
        self.sessions = self.sessions or FakeSessionRepository(self.storage)
        self.unit_of_work = self.unit_of_work or FakeUnitOfWork(self.storage)
        self.access_tokens = FakeAccessTokens(self.clock)
        self.rate_limiter = RateLimiter(
            counters=FakeCounterRepository(self.storage),
            keys=CounterKeys(A_SECRET_KEY),
            limits=self.limits,
            clock=self.clock,
        )
        self.register_user = RegisterUser(
            rate_limiter=self.rate_limiter,
            users=self.users,
            hasher=self.hasher,
            username_profile=PROFILE,
            password_policy=self.passwords,
        )
        self.log_in = LogIn(
            rate_limiter=self.rate_limiter,
            device_tokens=DeviceTokens(A_SECRET_KEY),
            users=self.users,
            hasher=self.hasher,
            username_profile=PROFILE,
            sessions=self.sessions,
            refresh_tokens=self.mint,
            access_tokens=self.access_tokens,
            policy=self.terms,
            clock=self.clock,
        )
        self.refresh_session = RefreshSession(
            sessions=self.sessions,
            unit_of_work=self.unit_of_work,
            refresh_tokens=self.mint,
            access_tokens=self.access_tokens,
            policy=self.terms,
            clock=self.clock,
        )
        self.authenticate = Authenticate(
            access_tokens=self.access_tokens, sessions=self.sessions, clock=self.clock
        )
        self.list_sessions = ListSessions(sessions=self.sessions, clock=self.clock)
        self.log_out = LogOut(unit_of_work=self.unit_of_work, clock=self.clock)
        self.change_password = ChangePassword(
            rate_limiter=self.rate_limiter,
            hasher=self.hasher,
            password_policy=self.passwords,
            unit_of_work=self.unit_of_work,
            clock=self.clock,
        )
        self.change_full_name = ChangeFullName(users=self.users, limit=None, clock=self.clock)
        self.find_user = FindUser(users=self.users, username_profile=PROFILE)
        self.disable_user = DisableUser(
            find_user=self.find_user, unit_of_work=self.unit_of_work, clock=self.clock
        )
        self.unlock_user = UnlockUser(
            find_user=self.find_user,
            rate_limiter=self.rate_limiter,
            unit_of_work=self.unit_of_work,
            clock=self.clock,
        )
        self.enable_user = EnableUser(
            find_user=self.find_user, unit_of_work=self.unit_of_work, clock=self.clock
        )
        self.list_users = ListUsers(directory=FakeUserDirectory(self.storage))
        self.get_user = GetUser(find_user=self.find_user, sessions=self.sessions, clock=self.clock)
        self.revoke_sessions = RevokeSessions(
            find_user=self.find_user, unit_of_work=self.unit_of_work, clock=self.clock
        )
        self.set_password = SetPassword(
            find_user=self.find_user,
            hasher=self.hasher,
            password_policy=self.passwords,
            unit_of_work=self.unit_of_work,
            rate_limiter=self.rate_limiter,
            clock=self.clock,
        )
        self.import_users = ImportUsers(
            bulk_users=FakeBulkUserRepository(self.storage),
            hasher=self.hasher,
            username_profile=PROFILE,
            seen_usernames=FakeSeenUsernames,
            clock=self.clock,
        )

    def event_types(self) -> list[EventType]:
        """Return what happened, in the order in which it did."""
        return [event.type for event in self.storage.events]

    async def a_user(self, username: str = "santosh", password: str = "sntsh") -> None:
        await self.register_user(username=username, password=password, fullname="Santosh Kumar", address=None)

    async def a_log_in(self, username: str = "santosh", password: str = "sntsh") -> TokenPair:
        logged_in = await self.log_in(username=username, password=password, client=A_DEVICE)
        return logged_in.tokens
