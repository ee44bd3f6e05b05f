"""The ports in memory. The same contracts hold for them as for the real adapters."""

from tests.fakes.password_hasher import FakePasswordHasher as FakePasswordHasher
from tests.fakes.user_repository import FakeUserRepository as FakeUserRepository
