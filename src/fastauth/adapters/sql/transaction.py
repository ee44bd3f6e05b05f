"""A transaction, and the repositories that work in it."""

from functools import cached_property

from fastauth.adapters.sql.accounts.users import SqlUserRepository
from fastauth.adapters.sql.api_keys.repository import SqlApiKeyRepository
from fastauth.adapters.sql.audit.event_log import SqlEventLog
from fastauth.adapters.sql.clients.repository import SqlClientRepository
from fastauth.adapters.sql.database.connections import TransactionConnection
from fastauth.adapters.sql.email_addresses.repository import SqlEmailAddressRepository
from fastauth.adapters.sql.event_feed.reader import SqlEventFeed
from fastauth.adapters.sql.events.audit_columns import AuditColumns
from fastauth.adapters.sql.idempotency.repository import SqlAnsweredRequestRepository
from fastauth.adapters.sql.invitations.repository import SqlInvitationRepository
from fastauth.adapters.sql.one_time_tokens.repository import SqlOneTimeTokenRepository
from fastauth.adapters.sql.outbox.outbox import SqlOutbox
from fastauth.adapters.sql.passkeys.repository import SqlPasskeyRepository
from fastauth.adapters.sql.passwords.bulk_import import SqlBulkUserRepository
from fastauth.adapters.sql.passwords.repository import SqlPasswordRepository
from fastauth.adapters.sql.personal_data.reader import SqlPersonalDataReader
from fastauth.adapters.sql.personal_data.repository import SqlErasureRepository
from fastauth.adapters.sql.rate_limits.repository import SqlCounterRepository
from fastauth.adapters.sql.revocations.log import SqlRevocationLog
from fastauth.adapters.sql.roles.repository import SqlRoleRepository
from fastauth.adapters.sql.second_factors.repository import SqlSecondFactorRepository
from fastauth.adapters.sql.sessions.repository import SqlSessionRepository
from fastauth.adapters.sql.signing_keys.repository import SqlSigningKeyRepository
from fastauth.adapters.sql.webhooks.repository import SqlWebhookRepository
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


class SqlTransaction:
    """See `fastauth.domain.unit_of_work.Transaction`. A repository is built when it is first used."""

    def __init__(
        self, connection: TransactionConnection, audit_columns: AuditColumns, box: SecretBox
    ) -> None:
        self.connection = connection
        self._audit_columns = audit_columns
        self._box = box
        self.has_committed_entries = False

    @cached_property
    def users(self) -> UserRepository:
        """Accounts."""
        return SqlUserRepository(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def passwords(self) -> PasswordRepository:
        """Passwords of accounts."""
        return SqlPasswordRepository(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def bulk_users(self) -> BulkUserRepository:
        """Accounts of an import."""
        return SqlBulkUserRepository(connections=self.connection)

    @cached_property
    def sessions(self) -> SessionRepository:
        """Sessions."""
        return SqlSessionRepository(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def counters(self) -> CounterRepository:
        """Counters of rate limits."""
        return SqlCounterRepository(connections=self.connection)

    @cached_property
    def revocations(self) -> RevocationLog:
        """The revocations in the revocation feed."""
        return SqlRevocationLog(connections=self.connection)

    @cached_property
    def signing_keys(self) -> SigningKeyRepository:
        """Signing keys."""
        return SqlSigningKeyRepository(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def events(self) -> EventLog:
        """The audit trail."""
        return SqlEventLog(connections=self.connection, audit_columns=self._audit_columns)

    @cached_property
    def email_addresses(self) -> EmailAddressRepository:
        """E-mail addresses."""
        return SqlEmailAddressRepository(connections=self.connection)

    @cached_property
    def roles(self) -> RoleRepository:
        """Roles, and who has them."""
        return SqlRoleRepository(connections=self.connection)

    @cached_property
    def clients(self) -> ClientRepository:
        """OAuth clients."""
        return SqlClientRepository(connections=self.connection)

    @cached_property
    def one_time_tokens(self) -> OneTimeTokenRepository:
        """One-time tokens."""
        return SqlOneTimeTokenRepository(connections=self.connection)

    @cached_property
    def answered_requests(self) -> AnsweredRequestRepository:
        """Requests with an idempotency key."""
        return SqlAnsweredRequestRepository(connections=self.connection)

    @cached_property
    def invitations(self) -> InvitationRepository:
        """Invitations."""
        return SqlInvitationRepository(connections=self.connection)

    @cached_property
    def second_factors(self) -> SecondFactorRepository:
        """Second factors of log-ins."""
        return SqlSecondFactorRepository(connections=self.connection)

    @cached_property
    def passkeys(self) -> PasskeyRepository:
        """Passkeys."""
        return SqlPasskeyRepository(connections=self.connection)

    @cached_property
    def api_keys(self) -> ApiKeyRepository:
        """API keys."""
        return SqlApiKeyRepository(connections=self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """The outbox."""
        return SqlOutbox(connections=self.connection, box=self._box)

    @cached_property
    def webhooks(self) -> WebhookRepository:
        """Webhooks."""
        return SqlWebhookRepository(connections=self.connection)

    @cached_property
    def feed(self) -> EventFeed:
        """The event feed."""
        return SqlEventFeed(connections=self.connection)

    @cached_property
    def erasures(self) -> ErasureRepository:
        """Erasures of accounts."""
        return SqlErasureRepository(connections=self.connection)

    @cached_property
    def personal_data(self) -> PersonalDataReader:
        """All that is stored of a person."""
        return SqlPersonalDataReader(connections=self.connection)

    async def commit(self) -> None:
        """Commit."""
        await self.connection.commit()
        self.has_committed_entries = "outbox" in self.__dict__
