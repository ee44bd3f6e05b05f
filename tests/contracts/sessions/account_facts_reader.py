"""What an `AccountFactsReader` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest
from tests.builders import a_new_user, a_password_hash, an_address

from fastauth.domain.accounts.user import UserId
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.email_addresses.record import UserAddresses
from fastauth.domain.passwords.password import PasswordHash
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.roles.ports import RoleRepository, UserRole
from fastauth.domain.roles.role import ADMIN, AUDITOR, Grants
from fastauth.domain.sessions.account_facts import AccountFacts, AccountFactsReader

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NOTHING = AccountFacts(addresses=UserAddresses(), has_password=False, grants=Grants())


class AccountFactsReaderContract(ABC):
    @abstractmethod
    @pytest.fixture
    def passwords(self) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def addresses(self, passwords: PasswordRepository) -> EmailAddressRepository: ...

    @abstractmethod
    @pytest.fixture
    def roles(self, passwords: PasswordRepository) -> RoleRepository: ...

    @abstractmethod
    @pytest.fixture
    def reader(self, passwords: PasswordRepository) -> AccountFactsReader: ...

    async def test_without_anything(self, reader: AccountFactsReader, passwords: PasswordRepository) -> None:
        user = await passwords.add_user(a_new_user(), PasswordHash.unusable())
        assert await reader.read(user.id) == NOTHING
        assert await reader.read(UserId(999_999_999)) == NOTHING

    async def test_with_everything(
        self,
        reader: AccountFactsReader,
        passwords: PasswordRepository,
        addresses: EmailAddressRepository,
        roles: RoleRepository,
    ) -> None:
        """Of this account alone, and no address that was replaced."""
        user, other = [await passwords.add_user(a_new_user(), a_password_hash()) for _ in range(2)]
        for owner in (user, other):
            for address in (an_address(), an_address()):
                await addresses.add_pending(owner.id, address, now=NOW)
                await addresses.verify(owner.id, address.key, now=NOW)
            await addresses.add_pending(owner.id, an_address(), now=NOW)
        for role in (ADMIN, AUDITOR):
            await roles.grant(user.id, UserRole(role=role.name, granted_at=NOW))
        found = await reader.read(user.id)
        assert found == AccountFacts(
            addresses=await addresses.of_user(user.id),
            has_password=True,
            grants=await roles.grants_of(user.id),
        )
        assert found.addresses.verified
        assert found.addresses.pending
        assert found.grants.roles == ("admin", "auditor")
        assert (await reader.read(other.id)).grants == Grants()
