"""The port to transactions that span several repositories."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

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
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.webhooks.ports import WebhookRepository


class Transaction(Protocol):
    """Repositories whose changes are stored together. Without `commit` none of them is."""

    @property
    def users(self) -> UserRepository:
        """Accounts."""

    @property
    def passwords(self) -> PasswordRepository:
        """Passwords of accounts."""

    @property
    def bulk_users(self) -> BulkUserRepository:
        """Accounts of an import."""

    @property
    def sessions(self) -> SessionRepository:
        """Sessions."""

    @property
    def counters(self) -> CounterRepository:
        """Counters of rate limits."""

    @property
    def roles(self) -> RoleRepository:
        """Roles, and who has them."""

    @property
    def revocations(self) -> RevocationLog:
        """The revocations in the revocation feed."""

    @property
    def signing_keys(self) -> SigningKeyRepository:
        """Signing keys."""

    @property
    def events(self) -> EventLog:
        """The audit trail."""

    @property
    def email_addresses(self) -> EmailAddressRepository:
        """E-mail addresses."""

    @property
    def clients(self) -> ClientRepository:
        """OAuth clients."""

    @property
    def one_time_tokens(self) -> OneTimeTokenRepository:
        """One-time tokens."""

    @property
    def answered_requests(self) -> AnsweredRequestRepository:
        """Requests with an idempotency key."""

    @property
    def invitations(self) -> InvitationRepository:
        """Invitations."""

    @property
    def second_factors(self) -> SecondFactorRepository:
        """Second factors of log-ins."""

    @property
    def passkeys(self) -> PasskeyRepository:
        """Passkeys."""

    @property
    def api_keys(self) -> ApiKeyRepository:
        """API keys."""

    @property
    def outbox(self) -> Outbox:
        """What is to be done outside of the database."""

    @property
    def webhooks(self) -> WebhookRepository:
        """Webhooks."""

    @property
    def feed(self) -> EventFeed:
        """The event feed."""

    @property
    def erasures(self) -> ErasureRepository:
        """Erasures of accounts."""

    @property
    def personal_data(self) -> PersonalDataReader:
        """All that is stored of a person."""

    async def commit(self) -> None:
        """Store all changes."""


class UnitOfWork(Protocol):
    """Begins transactions."""

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """Begin a transaction, which is rolled back on exit unless it was committed."""
