"""Storage in SQLite or PostgreSQL, with SQLAlchemy Core."""

from fastauth.adapters.sql.accounts.directory import SqlUserDirectory as SqlUserDirectory
from fastauth.adapters.sql.accounts.users import SqlUserRepository as SqlUserRepository
from fastauth.adapters.sql.administration.event_search import SqlEventSearch as SqlEventSearch
from fastauth.adapters.sql.administration.user_search import SqlUserSearch as SqlUserSearch
from fastauth.adapters.sql.api_keys.repository import SqlApiKeyRepository as SqlApiKeyRepository
from fastauth.adapters.sql.audit.event_log import SqlEventLog as SqlEventLog
from fastauth.adapters.sql.audit.trail import SqlAuditTrail as SqlAuditTrail
from fastauth.adapters.sql.browser_sessions.repository import (
    SqlBrowserSessionRepository as SqlBrowserSessionRepository,
)
from fastauth.adapters.sql.clients.repository import SqlClientRepository as SqlClientRepository
from fastauth.adapters.sql.database.database import DEADLINE as DEADLINE
from fastauth.adapters.sql.database.database import OPERATOR_DEADLINE as OPERATOR_DEADLINE
from fastauth.adapters.sql.database.database import START_DEADLINE as START_DEADLINE
from fastauth.adapters.sql.database.database import Database as Database
from fastauth.adapters.sql.database.errors import SchemaOutdated as SchemaOutdated
from fastauth.adapters.sql.database.migrate import migrate as migrate
from fastauth.adapters.sql.database.server_state import ServerState as ServerState
from fastauth.adapters.sql.database.unsupported_schema import UnsupportedSchema as UnsupportedSchema
from fastauth.adapters.sql.email_addresses.repository import (
    SqlEmailAddressRepository as SqlEmailAddressRepository,
)
from fastauth.adapters.sql.email_addresses.tables import email_address as email_address
from fastauth.adapters.sql.event_feed.accounts import SqlFeedAccounts as SqlFeedAccounts
from fastauth.adapters.sql.event_feed.numbering import SqlEventNumbering as SqlEventNumbering
from fastauth.adapters.sql.event_feed.reader import SqlEventFeed as SqlEventFeed
from fastauth.adapters.sql.events.audit_columns import AuditColumns as AuditColumns
from fastauth.adapters.sql.idempotency.repository import (
    SqlAnsweredRequestRepository as SqlAnsweredRequestRepository,
)
from fastauth.adapters.sql.idempotency.tables import idempotency_key as idempotency_key
from fastauth.adapters.sql.invitations.repository import SqlInvitationRepository as SqlInvitationRepository
from fastauth.adapters.sql.invitations.tables import invitation as invitation
from fastauth.adapters.sql.one_time_tokens.repository import (
    SqlOneTimeTokenRepository as SqlOneTimeTokenRepository,
)
from fastauth.adapters.sql.one_time_tokens.tables import one_time_token as one_time_token
from fastauth.adapters.sql.outbox.queue import SqlOutboxQueue as SqlOutboxQueue
from fastauth.adapters.sql.outbox.tables import outbox as outbox
from fastauth.adapters.sql.passkeys.repository import SqlPasskeyRepository as SqlPasskeyRepository
from fastauth.adapters.sql.passwords.bulk_import import SqlBulkUserRepository as SqlBulkUserRepository
from fastauth.adapters.sql.passwords.hash_kinds import SqlHashKinds as SqlHashKinds
from fastauth.adapters.sql.passwords.repository import SqlPasswordRepository as SqlPasswordRepository
from fastauth.adapters.sql.personal_data.repository import SqlErasureRepository as SqlErasureRepository
from fastauth.adapters.sql.purge import SqlExpiredRows as SqlExpiredRows
from fastauth.adapters.sql.rate_limits.repository import SqlCounterRepository as SqlCounterRepository
from fastauth.adapters.sql.revocations.log import SqlRevocationLog as SqlRevocationLog
from fastauth.adapters.sql.revocations.reader import SqlRevocationReader as SqlRevocationReader
from fastauth.adapters.sql.roles.repository import SqlRoleRepository as SqlRoleRepository
from fastauth.adapters.sql.second_factors.challenges import (
    SqlChallengeRepository as SqlChallengeRepository,
)
from fastauth.adapters.sql.second_factors.repository import (
    SqlSecondFactorRepository as SqlSecondFactorRepository,
)
from fastauth.adapters.sql.second_factors.tables import recovery_code as recovery_code
from fastauth.adapters.sql.second_factors.tables import totp as totp
from fastauth.adapters.sql.secret_box.sealed_column import SqlSealedColumn as SqlSealedColumn
from fastauth.adapters.sql.sessions.account_facts import SqlAccountFactsReader as SqlAccountFactsReader
from fastauth.adapters.sql.sessions.count import CountActiveSessions as CountActiveSessions
from fastauth.adapters.sql.sessions.repository import SqlSessionRepository as SqlSessionRepository
from fastauth.adapters.sql.signing_keys.repository import SqlSigningKeyRepository as SqlSigningKeyRepository
from fastauth.adapters.sql.signing_keys.tables import signing_key as signing_key
from fastauth.adapters.sql.unit_of_work import SqlUnitOfWork as SqlUnitOfWork
from fastauth.adapters.sql.webhooks.queue import SqlWebhookQueue as SqlWebhookQueue
from fastauth.adapters.sql.webhooks.repository import SqlWebhookRepository as SqlWebhookRepository
from fastauth.adapters.sql.webhooks.tables import webhook as webhook
