"""Transactions in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.fakes.accounts import FakeUserRepository
from tests.fakes.api_keys import FakeApiKeyRepository
from tests.fakes.audit import FakeEventLog
from tests.fakes.clients import FakeClientRepository
from tests.fakes.email_addresses import FakeEmailAddressRepository
from tests.fakes.event_feed import FakeEventFeed
from tests.fakes.idempotency import FakeAnsweredRequestRepository
from tests.fakes.invitations import FakeInvitationRepository
from tests.fakes.one_time_tokens import FakeOneTimeTokenRepository
from tests.fakes.outbox import FakeOutbox
from tests.fakes.passkeys import FakePasskeyRepository
from tests.fakes.passwords import FakeBulkUserRepository, FakePasswordRepository
from tests.fakes.personal_data import FakeErasureRepository, FakePersonalDataReader
from tests.fakes.rate_limits import FakeCounterRepository
from tests.fakes.revocations import FakeRevocationLog
from tests.fakes.roles import FakeRoleRepository
from tests.fakes.second_factors import FakeSecondFactorRepository
from tests.fakes.secret_box import FakeSecretBox
from tests.fakes.sessions import FakeSessionRepository
from tests.fakes.signing_keys import FakeSigningKeyRepository
from tests.fakes.storage import FakeStorage
from tests.fakes.webhooks import FakeWebhookRepository

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.api_keys.ports import ApiKeyRepository
from fastauth.domain.audit.ports import EventLog
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.event_feed.ports import EventFeed
from fastauth.domain.idempotency.ports import AnsweredRequestRepository
from fastauth.domain.invitations.ports import InvitationRepository
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.outbox.ports import Outbox
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passwords.ports import BulkUserRepository, PasswordRepository
from fastauth.domain.personal_data.ports import ErasureRepository, PersonalDataReader
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.second_factors.ports import SecondFactorRepository
from fastauth.domain.secret_box import SecretBox
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.webhooks.ports import WebhookRepository


class FakeTransaction:
    users: UserRepository
    passwords: PasswordRepository
    bulk_users: BulkUserRepository
    sessions: SessionRepository
    counters: CounterRepository
    roles: RoleRepository
    revocations: RevocationLog
    signing_keys: SigningKeyRepository
    events: EventLog
    email_addresses: EmailAddressRepository
    outbox: Outbox
    second_factors: SecondFactorRepository
    one_time_tokens: OneTimeTokenRepository
    passkeys: PasskeyRepository
    erasures: ErasureRepository
    personal_data: PersonalDataReader
    api_keys: ApiKeyRepository
    clients: ClientRepository
    answered_requests: AnsweredRequestRepository
    webhooks: WebhookRepository
    feed: EventFeed
    invitations: InvitationRepository

    def __init__(self, storage: FakeStorage, box: SecretBox) -> None:
        self._storage = storage
        self._draft = storage.draft()
        self.outbox = FakeOutbox(self._draft, box)
        self.feed = FakeEventFeed(storage)

    if not TYPE_CHECKING:  # else the type checker would accept every name

        def __getattr__(self, name: str) -> object:
            """Make a repository that is not made yet: a transaction uses few of them."""
            if name not in REPOSITORIES:
                raise AttributeError(name)
            repository = REPOSITORIES[name](self._draft)
            setattr(self, name, repository)
            return repository

    async def commit(self) -> None:
        self._storage.publish(self._draft)


REPOSITORIES: dict[str, Callable[[FakeStorage], object]] = {
    "users": FakeUserRepository,
    "passwords": FakePasswordRepository,
    "bulk_users": FakeBulkUserRepository,
    "sessions": FakeSessionRepository,
    "counters": FakeCounterRepository,
    "roles": FakeRoleRepository,
    "revocations": FakeRevocationLog,
    "signing_keys": FakeSigningKeyRepository,
    "events": FakeEventLog,
    "email_addresses": FakeEmailAddressRepository,
    "second_factors": FakeSecondFactorRepository,
    "one_time_tokens": FakeOneTimeTokenRepository,
    "clients": FakeClientRepository,
    "invitations": FakeInvitationRepository,
    "answered_requests": FakeAnsweredRequestRepository,
    "passkeys": FakePasskeyRepository,
    "erasures": FakeErasureRepository,
    "personal_data": FakePersonalDataReader,
    "api_keys": FakeApiKeyRepository,
    "webhooks": FakeWebhookRepository,
}


class FakeUnitOfWork:
    """Counts transactions."""

    def __init__(self, storage: FakeStorage, box: SecretBox | None = None) -> None:
        self._storage = storage
        self._box = box or FakeSecretBox()
        self._one_at_a_time = asyncio.Lock()
        self.begun = 0

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[FakeTransaction]:
        async with self._one_at_a_time:
            self.begun += 1
            yield FakeTransaction(self._storage, self._box)
