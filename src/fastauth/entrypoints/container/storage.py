"""Providers of the repositories."""

import asyncio

from dependency_injector.providers import Provider, Singleton

from fastauth.adapters.sql import (
    SqlAccountFactsReader,
    SqlAnsweredRequestRepository,
    SqlApiKeyRepository,
    SqlAuditTrail,
    SqlBrowserSessionRepository,
    SqlBulkUserRepository,
    SqlChallengeRepository,
    SqlClientRepository,
    SqlCounterRepository,
    SqlEmailAddressRepository,
    SqlErasureRepository,
    SqlEventFeed,
    SqlEventLog,
    SqlEventNumbering,
    SqlExpiredRows,
    SqlFeedAccounts,
    SqlInvitationRepository,
    SqlOneTimeTokenRepository,
    SqlOutboxQueue,
    SqlPasskeyRepository,
    SqlPasswordRepository,
    SqlRevocationLog,
    SqlRevocationReader,
    SqlRoleRepository,
    SqlSecondFactorRepository,
    SqlSessionRepository,
    SqlSigningKeyRepository,
    SqlUnitOfWork,
    SqlUserDirectory,
    SqlUserRepository,
    SqlWebhookQueue,
    SqlWebhookRepository,
)
from fastauth.application.idempotency.shared_unit_of_work import SharedUnitOfWork
from fastauth.application.mail.notices import Notices
from fastauth.application.mail.notifying_unit_of_work import NotifyingUnitOfWork
from fastauth.application.revocations.revoked_tokens import RevokedTokens
from fastauth.domain.accounts.ports import UserDirectory, UserRepository
from fastauth.domain.api_keys.ports import ApiKeyRepository
from fastauth.domain.audit.ports import AuditTrail, EventLog
from fastauth.domain.browser_sessions.ports import BrowserSessionRepository
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.event_feed.ports import EventFeed, EventNumbering, FeedAccounts
from fastauth.domain.idempotency.ports import AnsweredRequestRepository
from fastauth.domain.invitations.ports import InvitationRepository
from fastauth.domain.one_time_tokens.ports import OneTimeTokenRepository
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.outbox.ports import OutboxQueue
from fastauth.domain.passkeys.ports import PasskeyRepository
from fastauth.domain.passwords.ports import BulkUserRepository, PasswordRepository
from fastauth.domain.personal_data.ports import ErasureRepository
from fastauth.domain.rate_limits.ports import CounterRepository
from fastauth.domain.revocations.ports import RevocationLog, RevocationReader
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.second_factors.ports import ChallengeRepository, SecondFactorRepository
from fastauth.domain.sessions.account_facts import AccountFactsReader
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.signing_keys.ports import SigningKeyRepository
from fastauth.domain.unit_of_work import UnitOfWork
from fastauth.domain.webhooks.ports import WebhookQueue, WebhookRepository
from fastauth.entrypoints.container.shared import Shared


class Storage(Shared):
    """All repositories in one mixin: use cases of one capability may use repositories of another."""

    _connections = Shared.database.provided.autocommit

    users: Provider[UserRepository] = Singleton(
        SqlUserRepository, connections=_connections, audit_columns=Shared.audit_columns
    )
    passwords: Provider[PasswordRepository] = Singleton(
        SqlPasswordRepository, connections=_connections, audit_columns=Shared.audit_columns
    )
    directory: Provider[UserDirectory] = Singleton(SqlUserDirectory, connections=_connections)
    bulk_users: Provider[BulkUserRepository] = Singleton(SqlBulkUserRepository, connections=_connections)
    sessions: Provider[SessionRepository] = Singleton(
        SqlSessionRepository, connections=_connections, audit_columns=Shared.audit_columns
    )
    browser_sessions: Provider[BrowserSessionRepository] = Singleton(
        SqlBrowserSessionRepository, connections=_connections
    )
    roles: Provider[RoleRepository] = Singleton(SqlRoleRepository, connections=_connections)
    revocation_log: Provider[RevocationLog] = Singleton(SqlRevocationLog, connections=_connections)
    revocation_reader: Provider[RevocationReader] = Singleton(SqlRevocationReader, connections=_connections)
    clients: Provider[ClientRepository] = Singleton(SqlClientRepository, connections=_connections)
    revoked_tokens: Provider[RevokedTokens] = Singleton(
        RevokedTokens, reader=revocation_reader, clock=Shared.clock
    )
    signing_keys: Provider[SigningKeyRepository] = Singleton(
        SqlSigningKeyRepository, connections=_connections, audit_columns=Shared.audit_columns
    )
    counters: Provider[CounterRepository] = Singleton(SqlCounterRepository, connections=_connections)
    events: Provider[EventLog] = Singleton(
        SqlEventLog, connections=_connections, audit_columns=Shared.audit_columns
    )
    event_feed: Provider[EventFeed] = Singleton(SqlEventFeed, connections=_connections)
    feed_accounts: Provider[FeedAccounts] = Singleton(SqlFeedAccounts, connections=_connections)
    event_numbering: Provider[EventNumbering] = Singleton(SqlEventNumbering, connections=_connections)
    one_time_tokens: Provider[OneTimeTokenRepository] = Singleton(
        SqlOneTimeTokenRepository, connections=_connections
    )
    answered_requests: Provider[AnsweredRequestRepository] = Singleton(
        SqlAnsweredRequestRepository, connections=_connections
    )
    invitations: Provider[InvitationRepository] = Singleton(SqlInvitationRepository, connections=_connections)
    email_addresses: Provider[EmailAddressRepository] = Singleton(
        SqlEmailAddressRepository, connections=_connections
    )
    account_facts: Provider[AccountFactsReader] = Singleton(SqlAccountFactsReader, connections=_connections)
    api_keys: Provider[ApiKeyRepository] = Singleton(SqlApiKeyRepository, connections=_connections)
    passkeys: Provider[PasskeyRepository] = Singleton(SqlPasskeyRepository, connections=_connections)
    challenges: Provider[ChallengeRepository] = Singleton(SqlChallengeRepository, connections=_connections)
    second_factors: Provider[SecondFactorRepository] = Singleton(
        SqlSecondFactorRepository, connections=_connections
    )
    erasures: Provider[ErasureRepository] = Singleton(SqlErasureRepository, connections=_connections)
    audit_trail: Provider[AuditTrail] = Singleton(SqlAuditTrail, connections=_connections)
    expired_rows: Provider[ExpiredRows] = Singleton(SqlExpiredRows, connections=_connections)
    outbox_queue: Provider[OutboxQueue] = Singleton(SqlOutboxQueue, connections=_connections)
    webhooks: Provider[WebhookRepository] = Singleton(SqlWebhookRepository, connections=_connections)
    webhook_queue: Provider[WebhookQueue] = Singleton(SqlWebhookQueue, connections=_connections)
    outbox_filled: Provider[asyncio.Event] = Singleton(asyncio.Event)
    """Set after the commit of a transaction that added entries to the outbox."""
    stored_unit_of_work: Provider[UnitOfWork] = Singleton(
        SqlUnitOfWork,
        transactions=Shared.database.provided.transactions,
        audit_columns=Shared.audit_columns,
        box=Shared.secret_box,
        wake_relay=outbox_filled.provided.set,
    )
    notices: Provider[Notices] = Singleton(Notices, sends_mail=Shared.settings.provided.sends_mail)
    unit_of_work: Provider[SharedUnitOfWork] = Singleton(
        SharedUnitOfWork,
        inner=Singleton(NotifyingUnitOfWork, inner=stored_unit_of_work, notices=notices),
        revocations=revocation_log,
        clock=Shared.clock,
    )
