"""In-memory implementations of the ports. They pass the same contracts as the adapters."""

from tests.fakes.accounts import FakeBulkUserRepository as FakeBulkUserRepository
from tests.fakes.accounts import FakeSeenUsernames as FakeSeenUsernames
from tests.fakes.accounts import FakeUserDirectory as FakeUserDirectory
from tests.fakes.accounts import FakeUserRepository as FakeUserRepository
from tests.fakes.audit import FakeAuditTrail as FakeAuditTrail
from tests.fakes.audit import FakeEventLog as FakeEventLog
from tests.fakes.clock import FakeClock as FakeClock
from tests.fakes.email_addresses import FakeEmailAddressRepository as FakeEmailAddressRepository
from tests.fakes.mail import FakeMailTransport as FakeMailTransport
from tests.fakes.mail import FakeMessageRenderer as FakeMessageRenderer
from tests.fakes.one_time_tokens import FakeOneTimeTokenRepository as FakeOneTimeTokenRepository
from tests.fakes.operations import FakeExpiredRows as FakeExpiredRows
from tests.fakes.operations import FakeStorageProbe as FakeStorageProbe
from tests.fakes.outbox import FakeOutbox as FakeOutbox
from tests.fakes.outbox import FakeOutboxQueue as FakeOutboxQueue
from tests.fakes.passwords import FakeHashKinds as FakeHashKinds
from tests.fakes.passwords import FakePasswordHasher as FakePasswordHasher
from tests.fakes.rate_limits import FakeCounterRepository as FakeCounterRepository
from tests.fakes.roles import FakeRoleRepository as FakeRoleRepository
from tests.fakes.secret_box import FakeSealedColumn as FakeSealedColumn
from tests.fakes.secret_box import FakeSecretBox as FakeSecretBox
from tests.fakes.sessions import FakeAccessTokens as FakeAccessTokens
from tests.fakes.sessions import FakeSessionRepository as FakeSessionRepository
from tests.fakes.signing_keys import FakeSigningKeyRepository as FakeSigningKeyRepository
from tests.fakes.storage import FakeStorage as FakeStorage
from tests.fakes.unit_of_work import FakeUnitOfWork as FakeUnitOfWork
