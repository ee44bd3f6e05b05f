"""What a `FeedAccounts` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest
from tests.builders import a_new_user, a_password_hash, an_address
from tests.contracts.email_addresses.fixtures import verified

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.event_feed.ports import FeedAccount, FeedAccounts
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.roles.ports import RoleRepository, UserRole
from fastauth.domain.roles.role import ADMIN, AUDITOR

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class FeedAccountsContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def addresses(self, users: UserRepository) -> EmailAddressRepository: ...

    @abstractmethod
    @pytest.fixture
    def roles(self) -> RoleRepository: ...

    @abstractmethod
    @pytest.fixture
    def accounts(self) -> FeedAccounts: ...

    @pytest.fixture
    async def three(self, passwords: PasswordRepository) -> list[User]:
        return [await passwords.add_user(a_new_user(), a_password_hash()) for _ in range(3)]

    @staticmethod
    def plain(user: User) -> FeedAccount:
        return FeedAccount(
            id=user.id,
            username=user.username.display,
            fullname=user.fullname.text,
            email=None,
            disabled=False,
            roles=(),
        )

    async def test_pages_continue_behind_an_id(self, three: list[User], accounts: FeedAccounts) -> None:
        before = UserId(three[0].id - 1)
        assert await accounts.page(after=before, limit=2) == (self.plain(three[0]), self.plain(three[1]))
        assert await accounts.page(after=three[1].id, limit=2) == (self.plain(three[2]),)
        assert await accounts.page(after=three[2].id, limit=2) == ()

    async def test_finds_those_that_exist(self, three: list[User], accounts: FeedAccounts) -> None:
        found = await accounts.find({three[2].id, three[0].id, UserId(2**40)})
        assert found == (self.plain(three[0]), self.plain(three[2]))
        assert await accounts.find(set()) == ()

    async def test_has_address_state_and_roles(
        self,
        three: list[User],
        users: UserRepository,
        addresses: EmailAddressRepository,
        roles: RoleRepository,
        accounts: FeedAccounts,
    ) -> None:
        user = three[1]
        former, current, pending = an_address(), an_address(), an_address()
        for each in (former, current):
            await verified(addresses, user, each)
        await addresses.add_pending(user.id, pending, now=NOW)
        await users.set_disabled(user.id, NOW)
        for role in (AUDITOR, ADMIN):
            await roles.grant(user.id, UserRole(role=role.name, granted_at=NOW))
        (found,) = await accounts.find({user.id})
        assert (found.email, found.disabled, found.roles) == (current.text, True, ("admin", "auditor"))
        assert await accounts.page(after=three[0].id, limit=2) == (found, self.plain(three[2]))
