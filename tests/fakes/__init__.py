"""The ports in memory. The same contracts hold for them as for the real adapters."""

from tests.fakes.accounts import FakeNameLedger as FakeNameLedger
from tests.fakes.accounts import FakeUserDirectory as FakeUserDirectory
from tests.fakes.accounts import FakeUserIntake as FakeUserIntake
from tests.fakes.accounts import FakeUserRepository as FakeUserRepository
from tests.fakes.audit import FakeAuditTrail as FakeAuditTrail
from tests.fakes.audit import FakeEventLog as FakeEventLog
from tests.fakes.clock import FakeClock as FakeClock
from tests.fakes.operations import FakeStorageProbe as FakeStorageProbe
from tests.fakes.operations import FakeSweeper as FakeSweeper
from tests.fakes.passwords import FakeHashCensus as FakeHashCensus
from tests.fakes.passwords import FakePasswordHasher as FakePasswordHasher
from tests.fakes.rate_limits import FakeTallyRepository as FakeTallyRepository
from tests.fakes.sessions import FakeAccessTokens as FakeAccessTokens
from tests.fakes.sessions import FakeSessionRepository as FakeSessionRepository
from tests.fakes.signing_keys import FakeSigningKeyRepository as FakeSigningKeyRepository
from tests.fakes.storage import FakeStorage as FakeStorage
from tests.fakes.unit_of_work import FakeUnitOfWork as FakeUnitOfWork
