"""What the contracts of an `EmailAddressRepository` share."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_name, a_new_user

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import AddressRecord
from fastauth.domain.operations.ports import ExpiredRows
from fastauth.domain.passwords.ports import BulkUserRepository
from fastauth.domain.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)


async def a_user(users: UserRepository, username: str = "") -> User:
    return await users.add(a_new_user(username or a_name()))


async def verified(
    addresses: EmailAddressRepository, user: User, address: EmailAddress, *, now: datetime = NOW
) -> AddressRecord:
    """Add and verify an address."""
    await addresses.add_pending(user.id, address, now=now)
    record = await addresses.verify(user.id, address.key, now=now)
    assert record
    return record


class EmailAddressFixtures(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def addresses(self, users: UserRepository) -> EmailAddressRepository: ...

    @abstractmethod
    @pytest.fixture
    def unit_of_work(self, users: UserRepository) -> UnitOfWork: ...

    @abstractmethod
    @pytest.fixture
    def bulk_users(self, users: UserRepository) -> BulkUserRepository: ...

    @abstractmethod
    @pytest.fixture
    def expired_rows(self, users: UserRepository) -> ExpiredRows: ...

    @pytest.fixture
    async def user(self, users: UserRepository) -> User:
        return await a_user(users)

    @pytest.fixture
    async def other(self, users: UserRepository) -> User:
        return await a_user(users)
