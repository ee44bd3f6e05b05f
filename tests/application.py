"""The container of the service over fakes, and its use cases with the types that they have."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any, Generic, TypeVar

import pytest
from tests.builders import a_policy
from tests.container_pool import a_container
from tests.fakes import (
    FakeAccessTokens,
    FakeAccountFactsReader,
    FakeAnsweredRequestRepository,
    FakeApiKeyRepository,
    FakeAuditTrail,
    FakeBrowserSessionRepository,
    FakeBulkUserRepository,
    FakeChallengeRepository,
    FakeClientRepository,
    FakeClock,
    FakeCounterRepository,
    FakeEmailAddressRepository,
    FakeErasureRepository,
    FakeEventFeed,
    FakeEventLog,
    FakeEventNumbering,
    FakeEventSearch,
    FakeExpiredRows,
    FakeFeedAccounts,
    FakeInvitationRepository,
    FakeMailTransport,
    FakeMessageRenderer,
    FakeOneTimeTokenRepository,
    FakeOutboundHttp,
    FakeOutboxQueue,
    FakePasskeyRepository,
    FakePasswordHasher,
    FakePasswordRepository,
    FakeQrCodes,
    FakeRevocationLog,
    FakeRevocationReader,
    FakeRoleRepository,
    FakeSecondFactorRepository,
    FakeSecretBox,
    FakeSessionRepository,
    FakeSigningKeyRepository,
    FakeStorage,
    FakeStorageProbe,
    FakeUnitOfWork,
    FakeUserDirectory,
    FakeUserRepository,
    FakeUserSearch,
    FakeWebhookQueue,
    FakeWebhookRepository,
)
from tests.mail_helpers import a_verified_address, deliver

from fastauth.application.accounts.change_full_name import ChangeFullName
from fastauth.application.accounts.disable_user import DisableUser
from fastauth.application.accounts.enable_user import EnableUser
from fastauth.application.accounts.find_user import FindUser
from fastauth.application.accounts.get_user import GetUser
from fastauth.application.accounts.import_users import ImportUsers
from fastauth.application.accounts.list_users import ListUsers
from fastauth.application.accounts.register_user import RegisterUser
from fastauth.application.accounts.unlock_user import UnlockUser
from fastauth.application.audit.audit_failures import AuditFailures
from fastauth.application.email_addresses.change_address import ChangeAddress
from fastauth.application.email_addresses.remove_address import RemoveAddress
from fastauth.application.email_addresses.resend_verification import ResendVerification
from fastauth.application.email_addresses.undo_change import UndoAddressChange
from fastauth.application.email_addresses.verify_address import VerifyAddress
from fastauth.application.passwords.add_password import AddPassword
from fastauth.application.passwords.change_password import ChangePassword
from fastauth.application.passwords.complete_reset import CompletePasswordReset
from fastauth.application.passwords.remove_password import RemovePassword
from fastauth.application.passwords.request_reset import RequestPasswordReset
from fastauth.application.passwords.set_password import SetPassword
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.application.roles.apply_roles import ApplyRoles
from fastauth.application.roles.grant_role import GrantRole
from fastauth.application.roles.revoke_role import RevokeRole
from fastauth.application.sessions.authenticate import Authenticate
from fastauth.application.sessions.complete_log_in import CompleteLogIn
from fastauth.application.sessions.list_sessions import ListSessions
from fastauth.application.sessions.log_in import LogIn
from fastauth.application.sessions.log_out import LogOut
from fastauth.application.sessions.login_result import LoginResult
from fastauth.application.sessions.refresh_session import RefreshSession
from fastauth.application.sessions.revoke_sessions import RevokeSessions
from fastauth.application.sessions.step_up import StepUp
from fastauth.application.sessions.step_up_with_factor import StepUpWithFactor
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.audit.event import EventType
from fastauth.domain.mail.message import Message
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.refresh_token import RefreshTokenCodec
from fastauth.domain.sessions.second_factor_policy import SecondFactorPolicy
from fastauth.domain.sessions.session import ClientInfo, SessionPolicy
from fastauth.domain.unit_of_work import UnitOfWork
from fastauth.entrypoints.settings import Settings

A_SECRET_KEY = SecretKey(b"a secret key of the tests, 32 bytes")
A_DEVICE = ClientInfo(user_agent="a browser", address="192.0.2.1")

T = TypeVar("T")


@cache
def settings_of(rate_limits: bool, second_factor: SecondFactorPolicy, return_to: str) -> Settings:  # noqa: FBT001  its own settings
    """Return settings, which are immutable: to read them takes a millisecond."""
    return Settings(
        rate_limits=rate_limits,
        second_factor=second_factor,
        return_to=return_to,  # type: ignore[arg-type]  # as a user gives it
    )


def fakes_over(storage: FakeStorage, hasher: FakePasswordHasher) -> dict[str, Any]:
    """Return the arguments that make a `Container` use fakes over one storage."""
    box = FakeSecretBox()
    return {
        "users": FakeUserRepository(storage),
        "passwords": FakePasswordRepository(storage),
        "directory": FakeUserDirectory(storage),
        "event_search": FakeEventSearch(storage),
        "user_search": FakeUserSearch(storage),
        "bulk_users": FakeBulkUserRepository(storage),
        "sessions": FakeSessionRepository(storage),
        "browser_sessions": FakeBrowserSessionRepository(storage),
        "database": FakeStorageProbe(),
        "revocation_log": FakeRevocationLog(storage),
        "revocation_reader": FakeRevocationReader(storage),
        "clients": FakeClientRepository(storage),
        "challenges": FakeChallengeRepository(storage),
        "second_factors": FakeSecondFactorRepository(storage),
        "event_feed": FakeEventFeed(storage),
        "webhooks": FakeWebhookRepository(storage),
        "webhook_queue": FakeWebhookQueue(storage),
        "outbound_http": FakeOutboundHttp(),
        "feed_accounts": FakeFeedAccounts(storage),
        "event_numbering": FakeEventNumbering(storage),
        "invitations": FakeInvitationRepository(storage),
        "answered_requests": FakeAnsweredRequestRepository(storage),
        "roles": FakeRoleRepository(storage),
        "signing_keys": FakeSigningKeyRepository(storage),
        "readiness_keys": FakeSigningKeyRepository(storage),
        "expired_rows": FakeExpiredRows(storage),
        "sealed_columns": [],
        "counters": FakeCounterRepository(storage),
        "one_time_tokens": FakeOneTimeTokenRepository(storage),
        "account_facts": FakeAccountFactsReader(storage),
        "api_keys": FakeApiKeyRepository(storage),
        "erasures": FakeErasureRepository(storage),
        "passkeys": FakePasskeyRepository(storage),
        "outbox_queue": FakeOutboxQueue(storage),
        "secret_box": box,
        "stored_unit_of_work": FakeUnitOfWork(storage, box),
        "mail_transport": FakeMailTransport(),
        "message_renderer": FakeMessageRenderer(),
        "email_addresses": FakeEmailAddressRepository(storage),
        "events": FakeEventLog(storage),
        "audit_trail": FakeAuditTrail(storage),
        "hasher": hasher,
        "clock": storage.clock,
    }


class UseCase(Generic[T]):
    """A use case of the container, without the decorator that records its failures.

    It is made when a test first uses it: few tests need more than three.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, app: "Application", owner: type) -> T:
        use_case = getattr(app.container, self._name)()
        if isinstance(use_case, AuditFailures):
            use_case = use_case.use_case
        assert isinstance(use_case, self._kind)
        app.__dict__[self._name] = use_case
        return use_case


@dataclass(kw_only=True)
class Application:
    storage: FakeStorage = field(default_factory=FakeStorage)
    clock: FakeClock = field(default_factory=FakeClock)
    hasher: FakePasswordHasher = field(default_factory=FakePasswordHasher)
    rate_limits: bool = False
    second_factor: SecondFactorPolicy = SecondFactorPolicy.OPTIONAL
    return_to: str = ""
    policy: SessionPolicy = field(default_factory=SessionPolicy)
    password_policy: PasswordPolicy = field(default_factory=a_policy)
    users: UserRepository | None = None
    passwords: PasswordRepository | None = None
    sessions: SessionRepository | None = None
    unit_of_work: UnitOfWork | None = None

    def __post_init__(self) -> None:
        self.storage.clock = self.clock
        given = {
            "users": self.users,
            "passwords": self.passwords,
            "sessions": self.sessions,
            "stored_unit_of_work": self.unit_of_work,
        }
        self.container = a_container(
            settings=settings_of(self.rate_limits, self.second_factor, self.return_to),
            secret_keys=(A_SECRET_KEY,),
            session_policy=self.policy,
            password_policy=self.password_policy,
            signed_access_tokens=FakeAccessTokens(self.clock),
            qr_codes=FakeQrCodes(),
            **fakes_over(self.storage, self.hasher) | {name: fake for name, fake in given.items() if fake},
        )

    register_user = UseCase(RegisterUser)
    log_in = UseCase(LogIn)
    refresh_session = UseCase(RefreshSession)
    complete_log_in = UseCase(CompleteLogIn)
    step_up_with_factor = UseCase(StepUpWithFactor)
    step_up = UseCase(StepUp)
    authenticate = UseCase(Authenticate)
    list_sessions = UseCase(ListSessions)
    log_out = UseCase(LogOut)
    revoke_sessions = UseCase(RevokeSessions)
    change_password = UseCase(ChangePassword)
    add_password = UseCase(AddPassword)
    remove_password = UseCase(RemovePassword)
    set_password = UseCase(SetPassword)
    change_full_name = UseCase(ChangeFullName)
    find_user = UseCase(FindUser)
    get_user = UseCase(GetUser)
    list_users = UseCase(ListUsers)
    disable_user = UseCase(DisableUser)
    enable_user = UseCase(EnableUser)
    unlock_user = UseCase(UnlockUser)
    apply_roles = UseCase(ApplyRoles)
    grant_role = UseCase(GrantRole)
    revoke_role = UseCase(RevokeRole)
    import_users = UseCase(ImportUsers)
    request_password_reset = UseCase(RequestPasswordReset)
    complete_password_reset = UseCase(CompletePasswordReset)
    change_address = UseCase(ChangeAddress)
    resend_verification = UseCase(ResendVerification)
    verify_address = UseCase(VerifyAddress)
    undo_address_change = UseCase(UndoAddressChange)
    remove_address = UseCase(RemoveAddress)

    @property
    def rate_limiter(self) -> RateLimiter:
        return self.container.rate_limiter()

    @property
    def mail_transport(self) -> FakeMailTransport:
        transport = self.container.mail_transport()
        assert isinstance(transport, FakeMailTransport)
        return transport

    @property
    def refresh_tokens(self) -> RefreshTokenCodec:
        return self.container.refresh_tokens()

    def event_types(self) -> list[EventType]:
        """Return the types of the recorded events, in their order."""
        return [event.type for event in self.storage.events]

    async def a_user(self, username: str = "santosh", password: str = "sntsh") -> None:
        await self.register_user(username=username, password=password, fullname="Santosh Kumar", address=None)

    async def a_verified_address(self, text: str, *, username: str = "santosh") -> None:
        """Give a user a verified e-mail address."""
        await a_verified_address(self.container, username, text)

    async def deliver(self) -> list[Message]:
        """Deliver the entries of the outbox that are due; return the mails that were sent."""
        return await deliver(self.container)

    async def a_log_in(self, username: str = "santosh", password: str = "sntsh") -> TokenPair:
        result = await self.log_in(username=username, password=password, client=A_DEVICE)
        assert isinstance(result, LoginResult)
        return result.tokens


@dataclass(kw_only=True)
class RateLimitedApplication(Application):
    """The application with the rate limits of production."""

    rate_limits: bool = True
    addresses: Iterator[int] = field(default_factory=lambda: count(1))

    async def guess(
        self, password: str = "wrong", *, name: str = "santosh", address: str = "", token: str | None = None
    ) -> LoginResult:
        """Log in from `address`, or from an unused address."""
        device = ClientInfo("a browser", address or f"10.0.{next(self.addresses)}.1")
        result = await self.log_in(username=name, password=password, client=device, device_token=token)
        assert isinstance(result, LoginResult)
        return result

    async def guesses(self, number: int, **of: str) -> int:
        """Guess wrongly so often; return how many of the passwords were looked at."""
        before = self.looked_at
        for _ in range(number):
            with pytest.raises(InvalidCredentials):
                await self.guess(**of)
        return self.looked_at - before

    @property
    def looked_at(self) -> int:
        return self.hasher.verified - self.hasher.dummies
