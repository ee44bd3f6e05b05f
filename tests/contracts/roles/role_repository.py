"""What a `RoleRepository` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime

import pytest
from tests.builders import a_digest, a_name, a_new_user, a_password_hash, a_session, a_username

from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.passwords.ports import PasswordRepository
from fastauth.domain.roles.ports import RoleRepository, UserRole
from fastauth.domain.roles.role import ADMIN, AUDITOR, Grants, Role, declare_role
from fastauth.domain.roles.role_changes import RoleChanges
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.proof import PasswordProof
from fastauth.domain.sessions.session import Rotation, Session

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def a_role(*permissions: str, description: str = "") -> Role:
    """Return a role with a name that no other test uses."""
    return declare_role(a_name().lower(), permissions=permissions, description=description)


class RoleRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def users(self) -> UserRepository: ...

    @abstractmethod
    @pytest.fixture
    def passwords(self, users: UserRepository) -> PasswordRepository: ...

    @abstractmethod
    @pytest.fixture
    def sessions(self) -> SessionRepository: ...

    @abstractmethod
    @pytest.fixture
    def roles(self) -> RoleRepository: ...

    @pytest.fixture
    async def user(self, passwords: PasswordRepository) -> User:
        return await passwords.add_user(a_new_user(), a_password_hash())

    @staticmethod
    async def store(roles: RoleRepository, *added: Role) -> None:
        await roles.apply(RoleChanges(added=added), now=NOW)

    @staticmethod
    async def grant(roles: RoleRepository, user: User, *granted: Role) -> None:
        for role in granted:
            assert await roles.grant(user.id, UserRole(role=role.name, granted_at=NOW))

    async def test_built_in_roles_are_stored(self, roles: RoleRepository) -> None:
        assert {ADMIN, AUDITOR} <= set(await roles.load())

    async def test_apply_adds_changes_and_removes(self, roles: RoleRepository) -> None:
        kept, changed, removed = a_role("a:read"), a_role("a:read", "a:write"), a_role("a:read")
        await self.store(roles, kept, changed, removed)
        new = declare_role(changed.name, permissions=["a:write", "b:read"], description="New")
        await roles.apply(RoleChanges(changed=(new,), removed=(removed.name,)), now=NOW)
        stored = {role.name: role for role in await roles.load()}
        assert [stored[kept.name], stored[new.name]] == [kept, new]
        assert removed.name not in stored

    async def test_grant_is_stored_once(self, roles: RoleRepository, user: User) -> None:
        role = a_role("a:read")
        await self.store(roles, role)
        granted = UserRole(role=role.name, granted_at=NOW, granted_by=user.id)
        assert [await roles.grant(user.id, granted) for _ in range(2)] == [True, False]
        assert await roles.of_user(user.id) == (granted,)

    async def test_revoke_takes_one_role(self, roles: RoleRepository, user: User) -> None:
        kept, revoked = a_role("a:read"), a_role("b:read")
        await self.store(roles, kept, revoked)
        await self.grant(roles, user, kept, revoked)
        assert [await roles.revoke(user.id, revoked.name) for _ in range(2)] == [True, False]
        assert await roles.grants_of(user.id) == Grants.of([kept])

    async def test_grants_are_sorted_and_distinct(self, roles: RoleRepository, user: User) -> None:
        first, second, empty = a_role("b:read", "a:read"), a_role("b:read", "c:read"), a_role()
        await self.store(roles, first, second, empty)
        await self.grant(roles, user, second, first, empty)
        grants = await roles.grants_of(user.id)
        assert grants.roles == tuple(sorted([first.name, second.name, empty.name]))
        assert grants.permissions == ("a:read", "b:read", "c:read")

    async def test_lists_administrators_without_second_factor(
        self, roles: RoleRepository, users: UserRepository
    ) -> None:
        clerk = a_role("orders:read")
        await self.store(roles, clerk)
        names = sorted(a_name() for _ in range(3))
        admin, disabled, other = [await users.add(a_new_user(name)) for name in names]
        for user, granted in ((admin, ADMIN), (admin, AUDITOR), (disabled, ADMIN), (other, clerk)):
            await self.grant(roles, user, granted)
        await users.set_disabled(disabled.id, NOW)
        assert [name for name in await roles.without_second_factor(limit=1_000) if name in names] == names[:1]
        await users.set_disabled(disabled.id, None)
        assert [name for name in await roles.without_second_factor(limit=1_000) if name in names] == names[:2]
        assert len(await roles.without_second_factor(limit=1)) == 1

    async def test_holders_of_a_permission(self, roles: RoleRepository, users: UserRepository) -> None:
        first, second, disabled, other = [await users.add(a_new_user()) for _ in range(4)]
        both = a_role("stock:read"), a_role("stock:read")
        await self.store(roles, *both)
        for user, granted in ((first, both[0]), (first, both[1]), (second, both[1]), (disabled, both[0])):
            await self.grant(roles, user, granted)
        await self.grant(roles, other, AUDITOR)
        await users.set_disabled(disabled.id, NOW)
        mine = {each.id for each in (first, second, disabled, other)}

        holders = await roles.holders("stock:read", limit=1_000)
        assert [each for each in holders if each in mine] == sorted([first.id, second.id])
        assert len(await roles.holders("stock:read", limit=1)) == 1
        assert await roles.holders("stock:write", limit=1_000) == []

    async def test_last_administrator(self, roles: RoleRepository, users: UserRepository) -> None:
        """Accounts of other tests may be administrators: they are taken out first."""
        first, second, clerk = [await users.add(a_new_user()) for _ in range(3)]
        assert not await roles.is_last_administrator(first.id)
        await self.grant(roles, first, ADMIN)
        await self.grant(roles, clerk, AUDITOR)
        for name in await roles.without_second_factor(limit=1_000):
            other = await users.find(a_username(name))
            if other and other.id != first.id:
                await roles.revoke(other.id, ADMIN.name)
        assert await roles.is_last_administrator(first.id)
        assert not await roles.is_last_administrator(clerk.id)
        await self.grant(roles, second, ADMIN)
        assert not await roles.is_last_administrator(first.id)
        await users.set_disabled(second.id, NOW)
        assert await roles.is_last_administrator(first.id)
        assert not await roles.is_last_administrator(second.id)
        await users.set_disabled(first.id, NOW)
        assert await roles.is_last_administrator(first.id)
        assert await roles.is_last_administrator(second.id)

    async def test_held_names_roles_of_users(self, roles: RoleRepository, user: User) -> None:
        held, free = a_role(), a_role()
        await self.store(roles, held, free)
        await self.grant(roles, user, held)
        assert await roles.held([held.name, free.name]) == (held.name,)

    async def test_combinations_have_all_roles_of_a_user(
        self, roles: RoleRepository, passwords: PasswordRepository, user: User
    ) -> None:
        asked, other, free = a_role(), a_role(), a_role()
        await self.store(roles, asked, other, free)
        alone = await passwords.add_user(a_new_user(), a_password_hash())
        await self.grant(roles, user, asked, other)
        await self.grant(roles, alone, asked)
        found = await roles.combinations([asked.name, free.name])
        assert sorted(found, key=len) == [{asked.name}, {asked.name, other.name}]
        assert await roles.combinations([]) == []

    async def test_new_session_and_renewal_return_grants(
        self, roles: RoleRepository, sessions: SessionRepository, user: User
    ) -> None:
        """The roles are read in the statements that a log-in and a refresh need anyway."""
        role = a_role("a:read")
        await self.store(roles, role)
        without = a_session(user, now=NOW)
        assert await self.add(sessions, user, without) == Grants()
        await self.grant(roles, user, role)
        session = a_session(user, now=NOW)
        assert await self.add(sessions, user, session) == Grants.of([role])
        renewed = await sessions.rotate(session.id, a_rotation(session), now=NOW)
        assert renewed
        assert renewed.grants == Grants.of([role])

    @staticmethod
    async def add(sessions: SessionRepository, user: User, session: Session) -> Grants:
        return await sessions.add(session, proof=PasswordProof(a_password_hash()), max_sessions=100)


def a_rotation(session: Session) -> Rotation:
    return Rotation(
        presented=(session.refresh_digest,), successor=a_digest("next"), expires_at=session.expires_at
    )
