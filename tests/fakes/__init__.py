"""In-memory implementations of the ports. They pass the same contracts as the adapters."""

from tests.fakes.accounts import FakeSeenUsernames as FakeSeenUsernames
from tests.fakes.accounts import FakeUserDirectory as FakeUserDirectory
from tests.fakes.accounts import FakeUserRepository as FakeUserRepository
from tests.fakes.administration import FakeEventSearch as FakeEventSearch
from tests.fakes.administration import FakeUserSearch as FakeUserSearch
from tests.fakes.api_keys import FakeApiKeyRepository as FakeApiKeyRepository
from tests.fakes.audit import FakeAuditTrail as FakeAuditTrail
from tests.fakes.audit import FakeEventLog as FakeEventLog
from tests.fakes.browser_sessions import FakeBrowserSessionRepository as FakeBrowserSessionRepository
from tests.fakes.clients import FakeClientRepository as FakeClientRepository
from tests.fakes.clock import FakeClock as FakeClock
from tests.fakes.email_addresses import FakeEmailAddressRepository as FakeEmailAddressRepository
from tests.fakes.event_feed import FakeEventFeed as FakeEventFeed
from tests.fakes.event_feed import FakeEventNumbering as FakeEventNumbering
from tests.fakes.event_feed import FakeFeedAccounts as FakeFeedAccounts
from tests.fakes.idempotency import FakeAnsweredRequestRepository as FakeAnsweredRequestRepository
from tests.fakes.invitations import FakeInvitationRepository as FakeInvitationRepository
from tests.fakes.mail import FakeMailTransport as FakeMailTransport
from tests.fakes.mail import FakeMessageRenderer as FakeMessageRenderer
from tests.fakes.not_null import refuse_null
from tests.fakes.one_time_tokens import FakeOneTimeTokenRepository as FakeOneTimeTokenRepository
from tests.fakes.operations import FakeExpiredRows as FakeExpiredRows
from tests.fakes.operations import FakeStorageProbe as FakeStorageProbe
from tests.fakes.outbox import FakeOutbox as FakeOutbox
from tests.fakes.outbox import FakeOutboxQueue as FakeOutboxQueue
from tests.fakes.passkeys import FakePasskeyRepository as FakePasskeyRepository
from tests.fakes.passwords import FakeBulkUserRepository as FakeBulkUserRepository
from tests.fakes.passwords import FakeHashKinds as FakeHashKinds
from tests.fakes.passwords import FakePasswordHasher as FakePasswordHasher
from tests.fakes.passwords import FakePasswordRepository as FakePasswordRepository
from tests.fakes.personal_data import FakeErasureRepository as FakeErasureRepository
from tests.fakes.rate_limits import FakeCounterRepository as FakeCounterRepository
from tests.fakes.revocations import FakeRevocationLog as FakeRevocationLog
from tests.fakes.revocations import FakeRevocationReader as FakeRevocationReader
from tests.fakes.roles import FakeRoleRepository as FakeRoleRepository
from tests.fakes.second_factors import FakeChallengeRepository as FakeChallengeRepository
from tests.fakes.second_factors import FakeQrCodes as FakeQrCodes
from tests.fakes.second_factors import FakeSecondFactorRepository as FakeSecondFactorRepository
from tests.fakes.secret_box import FakeSealedColumn as FakeSealedColumn
from tests.fakes.secret_box import FakeSecretBox as FakeSecretBox
from tests.fakes.sessions import FakeAccessTokens as FakeAccessTokens
from tests.fakes.sessions import FakeAccountFactsReader as FakeAccountFactsReader
from tests.fakes.sessions import FakeSessionRepository as FakeSessionRepository
from tests.fakes.signing_keys import FakeSigningKeyRepository as FakeSigningKeyRepository
from tests.fakes.storage import FakeStorage as FakeStorage
from tests.fakes.unit_of_work import FakeUnitOfWork as FakeUnitOfWork
from tests.fakes.webhooks import FakeOutboundHttp as FakeOutboundHttp
from tests.fakes.webhooks import FakeWebhookQueue as FakeWebhookQueue
from tests.fakes.webhooks import FakeWebhookRepository as FakeWebhookRepository

for _fake in [each for name, each in vars().items() if name.startswith("Fake") and isinstance(each, type)]:
    refuse_null(_fake)
