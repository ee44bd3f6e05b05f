"""Roles in memory."""

from collections.abc import Collection
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.accounts.user import UserId
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.roles.role import ADMIN, OWN_PREFIX, Grants, Role
from fastauth.domain.roles.role_changes import RoleChanges


class FakeRoleRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage

    async def lock(self) -> None:
        """Transactions in memory run one at a time. Methods that need the lock look for it."""
        self.storage.has_lock_of_roles = True

    async def load(self) -> tuple[Role, ...]:
        return tuple(role for _, role in sorted(self.storage.roles.items()))

    async def apply(self, changes: RoleChanges, *, now: datetime) -> None:
        assert self.storage.has_lock_of_roles
        for name in changes.removed:
            del self.storage.roles[name]
        self.storage.roles |= {role.name: role for role in (*changes.added, *changes.changed)}

    async def held(self, names: Collection[str]) -> tuple[str, ...]:
        held = {each.role for roles in self.storage.user_roles.values() for each in roles}
        return tuple(sorted(held.intersection(names)))

    async def combinations(self, names: Collection[str]) -> list[frozenset[str]]:
        held = {frozenset(each.role for each in roles) for roles in self.storage.user_roles.values()}
        return [each for each in held if each.intersection(names)]

    async def of_user(self, user_id: UserId) -> tuple[UserRole, ...]:
        return tuple(sorted(self.storage.user_roles.get(user_id, ()), key=lambda each: each.role))

    async def grants_of(self, user_id: UserId) -> Grants:
        return grants_of(self.storage, user_id)

    async def without_second_factor(self, *, limit: int) -> list[str]:
        found = (
            user.username
            for user in self.storage.users.values()
            if not (user.has_second_factor or user.disabled_at)
            and any(each.startswith(OWN_PREFIX) for each in grants_of(self.storage, user.id).permissions)
        )
        return [each.display for each in sorted(found, key=lambda each: each.canonical)][:limit]

    async def is_last_administrator(self, user_id: UserId) -> bool:
        assert self.storage.has_lock_of_roles
        administrators = {
            each
            for each, roles in self.storage.user_roles.items()
            if ADMIN.name in {role.role for role in roles}
            and (each == user_id or not self.storage.users[each].disabled_at)
        }
        return administrators == {user_id}

    async def holders(self, permission: str, *, limit: int) -> list[UserId]:
        return [
            user.id
            for user in sorted(self.storage.users.values(), key=lambda each: each.id)
            if not user.disabled_at and permission in grants_of(self.storage, user.id).permissions
        ][:limit]

    async def grant(self, user_id: UserId, granted: UserRole) -> bool:
        assert self.storage.has_lock_of_roles
        before = await self.of_user(user_id)
        if granted.role in {each.role for each in before}:
            return False
        self.storage.user_roles[user_id] = (*before, granted)
        return True

    async def revoke(self, user_id: UserId, role: str) -> bool:
        assert self.storage.has_lock_of_roles
        before = await self.of_user(user_id)
        self.storage.user_roles[user_id] = tuple(each for each in before if each.role != role)
        return len(before) > len(self.storage.user_roles[user_id])


def grants_of(storage: FakeStorage, user_id: UserId) -> Grants:
    return Grants.of(storage.roles[each.role] for each in storage.user_roles.get(user_id, ()))
