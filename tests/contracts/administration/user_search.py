"""What a `UserSearch` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import ADDRESS_PROFILE, a_name, a_new_user, an_imported_user

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.administration.user_search import (
    FoundUsers,
    UserFilter,
    UserPlace,
    UserSearch,
)
from fastauth.domain.email_addresses.address import EmailAddress
from fastauth.domain.email_addresses.ports import EmailAddressRepository
from fastauth.domain.passwords.ports import BulkUserRepository
from fastauth.domain.personal_data.erasure import Erasure, NameDigest
from fastauth.domain.personal_data.ports import ErasureRepository
from fastauth.domain.roles.ports import RoleRepository, UserRole
from fastauth.domain.roles.role import AUDITOR, declare_role
from fastauth.domain.roles.role_changes import RoleChanges

EXAMINED = 20
"""What an implementation under test is to look at for one page."""
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def a_prefix() -> str:
    """Return the beginning of usernames that no other test uses."""
    return a_name().lower()


def names_of(found: FoundUsers) -> list[str]:
    return [each.user.username.display for each in found.users]


class UserSearchContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def addresses(self) -> EmailAddressRepository: ...

    @abstractmethod
    @pytest.fixture
    def roles(self) -> RoleRepository: ...

    @abstractmethod
    @pytest.fixture
    def bulk_users(self) -> BulkUserRepository: ...

    @abstractmethod
    @pytest.fixture
    def erasures(self) -> ErasureRepository: ...

    @abstractmethod
    @pytest.fixture
    def search(self) -> UserSearch: ...

    @staticmethod
    async def every(search: UserSearch, limit: int, **wanted: object) -> list[FoundUsers]:
        """Return all pages."""
        criteria = UserFilter(**wanted)  # type: ignore[arg-type]  # its fields
        pages = [await search.page(criteria, after=None, limit=limit)]
        while pages[-1].next:
            pages.append(await search.page(criteria, after=pages[-1].next, limit=limit))
        return pages

    async def test_order_of_ids_and_next_page(self, search: UserSearch, users: UserRepository) -> None:
        made = [await users.add(a_new_user()) for _ in range(3)]
        before = UserPlace(made[0].id - 1)
        first = await search.page(UserFilter(), after=before, limit=2)
        assert [each.user for each in first.users] == made[:2]
        assert first.next
        rest = await search.page(UserFilter(), after=first.next, limit=2)
        assert ([each.user for each in rest.users], rest.next) == (made[2:], None)
        assert (await search.page(UserFilter(), after=None, limit=1)).users[0].user.id <= made[0].id

    async def test_filter_by_disabled(self, search: UserSearch, users: UserRepository) -> None:
        made = [await users.add(a_new_user()) for _ in range(4)]
        for user in made[1:3]:
            await users.set_disabled(user.id, NOW)
        before = UserPlace(made[0].id - 1)
        for disabled, expected in ((True, made[1:3]), (False, [made[0], made[3]])):
            found = await search.page(UserFilter(disabled=disabled), after=before, limit=10)
            assert [each.user.id for each in found.users] == [user.id for user in expected], disabled
            one = await search.page(UserFilter(disabled=disabled), after=before, limit=1)
            assert [each.user.id for each in one.users] == [expected[0].id], disabled

    async def test_closing_account_has_its_date(
        self, search: UserSearch, users: UserRepository, erasures: ErasureRepository
    ) -> None:
        """A date that was withdrawn is not shown."""
        made = [await users.add(a_new_user()) for _ in range(3)]
        before, erase_at = UserPlace(made[0].id - 1), NOW + timedelta(days=7)
        for user in made[:2]:
            await erasures.request(
                Erasure(
                    user_id=user.id,
                    requested_at=NOW,
                    erase_at=erase_at,
                    name_digest=NameDigest(user.username.canonical.encode()),
                    name_rests_until=erase_at,
                )
            )
        await erasures.withdraw(made[1].id)
        found = await search.page(UserFilter(), after=before, limit=10)
        assert [each.erase_at for each in found.users] == [erase_at, None, None]

    async def test_prefix_of_username(self, search: UserSearch, users: UserRepository) -> None:
        """The order is that of code points in every database, whatever its collation."""
        prefix = a_prefix()
        names = [f"{prefix}{end}" for end in ("", "-a", "_b", "a", "b", "é", "ü")]
        for name in reversed(names):
            await users.add(a_new_user(name))
        await users.add(a_new_user(f"x{prefix}"))
        for limit in (1, 2, 100):
            pages = await self.every(search, limit, username_prefixes=(prefix,))
            assert [name for page in pages for name in names_of(page)] == names, limit
        assert names_of(
            await search.page(UserFilter(username_prefixes=(f"{prefix}_",)), after=None, limit=9)
        ) == [f"{prefix}_b"]

    async def test_several_prefixes(self, search: UserSearch, users: UserRepository) -> None:
        first, second = sorted(a_prefix() for _ in range(2))
        names = [f"{first}a", f"{first}b", f"{second}a", f"{second}b"]
        for name in names:
            await users.add(a_new_user(name))
        for limit in (1, 3, 100):
            pages = await self.every(search, limit, username_prefixes=(first, second))
            assert [name for page in pages for name in names_of(page)] == names, limit

    async def test_prefix_is_no_pattern(self, search: UserSearch, users: UserRepository) -> None:
        prefix = a_prefix()
        await users.add(a_new_user(f"{prefix}abc"))
        for pattern in (f"{prefix}%", f"{prefix}_", f"{prefix}a*", f"{prefix}\\", f"{prefix}'"):
            found = await search.page(UserFilter(username_prefixes=(pattern,)), after=None, limit=9)
            assert found == FoundUsers(users=(), next=None), pattern

    async def test_prefix_of_address(
        self, search: UserSearch, users: UserRepository, addresses: EmailAddressRepository
    ) -> None:
        """A replaced address is not found, nor is a pending one beside a verified one."""
        prefix = a_prefix()

        async def user_with(*texts: str, pending: str | None = None) -> User:
            user = await users.add(a_new_user())
            for text in texts:
                address = EmailAddress.parse(f"{prefix}{text}@example.com", ADDRESS_PROFILE)
                await addresses.add_pending(user.id, address, now=NOW)
                await addresses.verify(user.id, address.key, now=NOW)
            if pending:
                address = EmailAddress.parse(f"{prefix}{pending}@example.com", ADDRESS_PROFILE)
                await addresses.add_pending(user.id, address, now=NOW)
            return user

        changed = await user_with("z", "Y")
        verified = await user_with("c", pending="b")
        waiting = [await user_with(pending="d"), await user_with(pending="d")]
        for limit in (1, 100):
            pages = await self.every(search, limit, email_prefixes=(prefix,))
            found = [each for page in pages for each in page.users]
            assert [each.user.id for each in found] == [
                verified.id,
                *(user.id for user in waiting),
                changed.id,
            ], limit
        assert [each.email for each in found] == [
            f"{prefix}{text}@example.com" for text in ("c", "d", "d", "Y")
        ]
        exact = await search.page(UserFilter(email_prefixes=(f"{prefix}y@example.com",)), after=None, limit=9)
        assert [each.user.id for each in exact.users] == [changed.id]

    async def test_filter_by_role(
        self, search: UserSearch, users: UserRepository, roles: RoleRepository
    ) -> None:
        role = declare_role(a_prefix())
        await roles.apply(RoleChanges(added=(role,)), now=NOW)
        made = [await users.add(a_new_user()) for _ in range(4)]
        for user in (made[2], made[0], made[3]):
            await roles.grant(user.id, UserRole(role=role.name, granted_at=NOW))
        await roles.grant(made[0].id, UserRole(role=AUDITOR.name, granted_at=NOW))
        await users.set_disabled(made[2].id, NOW)
        for limit in (1, 100):
            pages = await self.every(search, limit, role=role.name)
            found = [each for page in pages for each in page.users]
            assert [each.user.id for each in found] == [made[i].id for i in (0, 2, 3)], limit
        assert found[0].roles == tuple(sorted((AUDITOR.name, role.name)))
        enabled = await search.page(UserFilter(role=role.name, disabled=False), after=None, limit=9)
        assert [each.user.id for each in enabled.users] == [made[0].id, made[3].id]
        assert not (await search.page(UserFilter(role=a_prefix()), after=None, limit=9)).users

    async def test_prefix_and_other_filters(
        self, search: UserSearch, users: UserRepository, roles: RoleRepository
    ) -> None:
        prefix = a_prefix()
        made = [await users.add(a_new_user(f"{prefix}{end}")) for end in "abcd"]
        for user in made[:3]:
            await roles.grant(user.id, UserRole(role=AUDITOR.name, granted_at=NOW))
        for user in made[1:]:
            await users.set_disabled(user.id, NOW)
        wanted = UserFilter(username_prefixes=(prefix,), role=AUDITOR.name, disabled=True)
        assert names_of(await search.page(wanted, after=None, limit=9)) == [f"{prefix}b", f"{prefix}c"]

    async def test_page_ends_after_so_many_examined(
        self, search: UserSearch, users: UserRepository, bulk_users: BulkUserRepository
    ) -> None:
        """The accounts that a filter leaves out cost no more, however many follow one another."""
        first = await users.add(a_new_user())
        prefix = a_prefix()
        await bulk_users.insert_new(
            [an_imported_user(f"{prefix}{number}", disabled_at=NOW) for number in range(EXAMINED)]
        )
        last = await users.add(a_new_user())
        wanted, before = UserFilter(disabled=False), UserPlace(first.id - 1)
        page = await search.page(wanted, after=before, limit=2)
        assert [each.user.id for each in page.users] == [first.id]
        assert page.next
        assert first.id < page.next.id < last.id
        page = await search.page(wanted, after=page.next, limit=2)
        assert ([each.user.id for each in page.users], page.next) == ([last.id], None)
