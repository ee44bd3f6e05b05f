"""Transactions in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
        self.users = FakeUserRepository(self._draft)
        self.passwords = FakePasswordRepository(self._draft)
        self.bulk_users = FakeBulkUserRepository(self._draft)
        self.sessions = FakeSessionRepository(self._draft)
        self.counters = FakeCounterRepository(self._draft)
        self.roles = FakeRoleRepository(self._draft)
        self.revocations = FakeRevocationLog(self._draft)
        self.signing_keys = FakeSigningKeyRepository(self._draft)
        self.events = FakeEventLog(self._draft)
        self.email_addresses = FakeEmailAddressRepository(self._draft)
        self.outbox = FakeOutbox(self._draft, box)
        self.second_factors = FakeSecondFactorRepository(self._draft)
        self.one_time_tokens = FakeOneTimeTokenRepository(self._draft)
        self.clients = FakeClientRepository(self._draft)
        self.invitations = FakeInvitationRepository(self._draft)
        self.answered_requests = FakeAnsweredRequestRepository(self._draft)
        self.passkeys = FakePasskeyRepository(self._draft)
        self.erasures = FakeErasureRepository(self._draft)
        self.personal_data = FakePersonalDataReader(self._draft)
        self.api_keys = FakeApiKeyRepository(self._draft)
        self.webhooks = FakeWebhookRepository(self._draft)
        self.feed = FakeEventFeed(storage)

    async def commit(self) -> None:
        self._storage.publish(self._draft)


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
