"""Builders of valid objects; a test passes only the values that it depends on."""

from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_bytes, token_hex, token_urlsafe
from typing import Any

from tests.fakes import (
    FakeAnsweredRequestRepository,
    FakeClock,
    FakeCounterRepository,
    FakeErasureRepository,
    FakeEventLog,
    FakePasswordHasher,
    FakePasswordRepository,
    FakeStorage,
    FakeUnitOfWork,
    FakeUserRepository,
)

from fastauth.adapters.email_validator import EmailValidatorProfile
from fastauth.adapters.precis import PrecisUsernameProfile
from fastauth.application.accounts.check_name import CheckName
from fastauth.application.accounts.register_user import RegisterUser
from fastauth.application.accounts.registration_retries import RegistrationRetries
from fastauth.application.accounts.registration_rules import RegistrationRules
from fastauth.application.accounts.store_account import StoreAccount
from fastauth.application.rate_limits.rate_limiter import RateLimiter
from fastauth.domain.accounts.full_name import FullName
from fastauth.domain.accounts.user import NewUser, User, UserId
from fastauth.domain.accounts.username import Username
from fastauth.domain.api_keys.api_key import ApiKey, ApiKeyName
from fastauth.domain.api_keys.key_text import ApiKeyDigest, ApiKeyId
from fastauth.domain.audit.username_digest import UsernamePseudonyms
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.idempotency.key import RepeatableRequests
from fastauth.domain.passkeys.passkey import CredentialId, NewCredential
from fastauth.domain.passwords.credential import ImportedUser
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.passwords.policy import PasswordPolicy
from fastauth.domain.passwords.ports import PasswordHasher
from fastauth.domain.personal_data.erasure import Erasure, NameDigest, NameDigests
from fastauth.domain.personal_data.ports import TakenNames
from fastauth.domain.rate_limits.counter import CounterKeys
from fastauth.domain.rate_limits.limits import Limits
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.sessions.refresh_token import TokenDigest
from fastauth.domain.sessions.session import ClientInfo, Session, SessionId
from fastauth.domain.unit_of_work import UnitOfWork

PROFILE = PrecisUsernameProfile()  # pure and quick: it needs no fake
ADDRESS_PROFILE = EmailValidatorProfile()


SPELLINGS_OF_AN_ADDRESS = [
    "o.neil+shop@bücher.example.com",
    "O.Neil+Shop@Bücher.Example.Com",
    "O.NEIL+SHOP@BÜCHER.EXAMPLE.COM",
    "o.neil+shop@xn--bcher-kva.example.com",
    "O.neil+shop@XN--BCHER-KVA.example.com",
    "o.neil+shop@bu\u0308cher.example.com",
    "o.neil+shop@BU\u0308CHER.example.com",
    "o.neil+shop@ｂücher.example.com",
    "o.neil+shop@bücher．example.com",
    "o.neil+shop@bücher。example｡com",
    "o.neil+shop@bücher.example.ⓒom",
    "o.neil+shop@bücher.ℯxample.com",
]
"""Twelve spellings of one address: case, normalization, IDNA, width, and the dots of UTS #46."""


def a_username(text: str = "santosh") -> Username:
    return Username.parse(text, PROFILE)


def a_full_name(text: str = "Santosh Kumar") -> FullName:
    return FullName.parse(text)


def a_password(text: str = "sntsh") -> Password:
    return Password.parse(text)


def a_password_hash(encoded: str = "a hash") -> PasswordHash:
    return PasswordHash(encoded)


def a_new_user(
    username: str = "", *, fullname: str = "Santosh Kumar", disabled_at: datetime | None = None
) -> NewUser:
    return NewUser(
        username=a_username(username or a_name()), fullname=a_full_name(fullname), disabled_at=disabled_at
    )


def an_imported_user(
    username: str = "", *, encoded: str = "a hash", disabled_at: datetime | None = None
) -> ImportedUser:
    return ImportedUser(a_new_user(username, disabled_at=disabled_at), a_password_hash(encoded))


def a_credential(*, sign_count: int = 0) -> NewCredential:
    return NewCredential(
        id=CredentialId(token_urlsafe(32)),
        public_key=token_bytes(77),
        sign_count=sign_count,
        aaguid="00000000-0000-0000-0000-000000000000",
        transports=("hybrid", "internal"),
        backup_eligible=True,
        backed_up=False,
        user_verified=True,
    )


def an_api_key(
    user: User, *, now: datetime, days: int = 1, scopes: Iterable[str] = ("orders:read",)
) -> ApiKey:
    return ApiKey(
        id=ApiKeyId(token_hex(8)),
        user_id=user.id,
        name=ApiKeyName("Backup"),
        digest=ApiKeyDigest(token_bytes(32)),
        scopes=frozenset(scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )


def a_policy(
    *,
    min_length: int = 1,
    common: Container[str] = frozenset(),
    reject_user_attributes: bool = False,
    context_words: tuple[str, ...] = (),
    breached: Container[str] = frozenset(),
) -> PasswordPolicy:
    return PasswordPolicy(
        min_length=min_length,
        blocklist=common,
        reject_user_attributes=reject_user_attributes,
        context_words=context_words,
        breached=breached,
    )


def a_registration(**changes: object) -> dict[str, Any]:
    """Return a body that `POST /users/register` accepts, under a username that no other test uses."""
    return {"username": a_name(), "password": "sntsh", "fullname": "Santosh Kumar", **changes}


def a_rate_limiter(*, limits: Limits | None = None) -> RateLimiter:
    return RateLimiter(
        counters=FakeCounterRepository(),
        keys=CounterKeys(SecretKey(b"a secret key of the tests, 32 bytes")),
        limits=limits,
        clock=FakeClock(),
    )


def register_user(  # noqa: PLR0913  the parts that tests replace
    *,
    rate_limiter: RateLimiter | None = None,
    users: FakeUserRepository | None = None,
    hasher: PasswordHasher | None = None,
    passwords: PasswordPolicy | None = None,
    unit_of_work: UnitOfWork | None = None,
    names: TakenNames | None = None,
) -> RegisterUser:
    users = users or FakeUserRepository()
    hasher = hasher or FakePasswordHasher()
    rate_limiter = rate_limiter or a_rate_limiter()
    return RegisterUser(
        rate_limiter=rate_limiter,
        check_name=CheckName(
            taken_names=names or FakeErasureRepository(users.storage),
            digests=NameDigests(SecretKey(b"a secret key of the tests, 32 bytes")),
            clock=FakeClock(),
        ),
        hasher=hasher,
        retries=RegistrationRetries(
            requests=RepeatableRequests(SecretKey(b"a secret key of the tests, 32 bytes")),
            answered=FakeAnsweredRequestRepository(users.storage),
            users=users,
            passwords=FakePasswordRepository(users.storage),
            hasher=hasher,
            rate_limiter=rate_limiter,
            events=FakeEventLog(users.storage),
            pseudonyms=UsernamePseudonyms(SecretKey(b"a secret key of the tests, 32 bytes")),
            clock=FakeClock(),
        ),
        rules=RegistrationRules(username_profile=PROFILE, address_profile=ADDRESS_PROFILE),
        password_policy=passwords or a_policy(),
        store_account=StoreAccount(
            passwords=FakePasswordRepository(users.storage),
            unit_of_work=unit_of_work or FakeUnitOfWork(FakeStorage()),
            clock=FakeClock(),
        ),
    )


def a_name() -> str:
    """Return a username that no test has used, in this run or an earlier one on the same database."""
    return f"u-{token_hex(8)}"


def a_digest(text: str) -> TokenDigest:
    return TokenDigest(sha256(text.encode()).digest())


def an_erasure(user_id: UserId, *, at: datetime) -> Erasure:
    """Return an erasure that is requested and due at a time."""
    name_digest = NameDigest(b"digest %d" % user_id)
    return Erasure(
        user_id=user_id, requested_at=at, erase_at=at, name_digest=name_digest, name_rests_until=at
    )


def a_session(user: User, *, now: datetime) -> Session:
    return Session(
        id=SessionId(token_hex(16)),
        user_id=user.id,
        client=ClientInfo(user_agent="a browser", address="192.0.2.1"),
        created_at=now,
        authenticated_at=now,
        last_used_at=now,
        expires_at=now + timedelta(days=30),
        refresh_digest=a_digest(token_hex(8)),
        refresh_expires_at=now + timedelta(days=7),
    )


def an_address(text: str = "") -> EmailAddress:
    """Return an e-mail address; without `text`, one that no test has used."""
    return EmailAddress.parse(text or f"{a_name()}@example.com", ADDRESS_PROFILE)
