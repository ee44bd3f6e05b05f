"""The ports in memory. The same contracts hold for them as for the real adapters."""

from tests.fakes.access_tokens import FakeAccessTokens as FakeAccessTokens
from tests.fakes.clock import FakeClock as FakeClock
from tests.fakes.name_ledger import FakeNameLedger as FakeNameLedger
from tests.fakes.password_hasher import FakePasswordHasher as FakePasswordHasher
from tests.fakes.storage import FakeAuditTrail as FakeAuditTrail
from tests.fakes.storage import FakeEventLog as FakeEventLog
from tests.fakes.storage import FakeHashCensus as FakeHashCensus
from tests.fakes.storage import FakeSessionRepository as FakeSessionRepository
from tests.fakes.storage import FakeSigningKeyRepository as FakeSigningKeyRepository
from tests.fakes.storage import FakeStorage as FakeStorage
from tests.fakes.storage import FakeSweeper as FakeSweeper
from tests.fakes.storage import FakeTallyRepository as FakeTallyRepository
from tests.fakes.storage import FakeUnitOfWork as FakeUnitOfWork
from tests.fakes.storage import FakeUserDirectory as FakeUserDirectory
from tests.fakes.storage import FakeUserIntake as FakeUserIntake
from tests.fakes.storage import FakeUserRepository as FakeUserRepository
from tests.fakes.storage_probe import FakeStorageProbe as FakeStorageProbe
