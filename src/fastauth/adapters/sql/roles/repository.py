"""See `fastauth.domain.roles.ports.RoleRepository`."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, insert, literal, select, update

from fastauth.adapters.sql.accounts.tables import user_info
from fastauth.adapters.sql.database.connections import Connections
from fastauth.adapters.sql.database.tasks import task_row
from fastauth.adapters.sql.roles.grants import grants_column, parse_grants
from fastauth.adapters.sql.roles.tables import role_permission, role_row, user_role
from fastauth.domain.accounts.user import UserId
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.roles.role import ADMIN, OWN_PREFIX, Grants, Role
from fastauth.domain.roles.role_changes import RoleChanges

_LOCK = update(task_row).where(task_row.c.name == "roles").values(begun_at=task_row.c.begun_at)
_ROLES = select(role_row).order_by(role_row.c.name)
_PERMISSIONS = select(role_permission)
_OF_USER = select(user_role).where(user_role.c.user_id == bindparam("of_user")).order_by(user_role.c.role)
_GRANTS = select(grants_column(bindparam("of_user")))
_WITHOUT_SECOND_FACTOR = (
    select(user_info.c.username)
    .where(
        user_info.c.second_factor_at.is_(None),
        user_info.c.disabled_at.is_(None),
        exists().where(
            user_role.c.user_id == user_info.c.id,
            role_permission.c.role == user_role.c.role,
            role_permission.c.permission.startswith(OWN_PREFIX),
        ),
    )
    .order_by(user_info.c.username_key)
    .limit(bindparam("max_rows"))
)
_HOLDERS = (
    select(user_info.c.id)
    .where(
        user_info.c.disabled_at.is_(None),
        user_info.c.id.in_(
            select(user_role.c.user_id)
            .join(role_permission, role_permission.c.role == user_role.c.role)
            .where(role_permission.c.permission == bindparam("permission"))
        ),
    )
    .order_by(user_info.c.id)
    .limit(bindparam("max_rows"))
)
_is_administrator = user_role.c.role == ADMIN.name
_IS_LAST_ADMINISTRATOR = select(
    exists().where(_is_administrator, user_role.c.user_id == bindparam("of_user"))
    & ~exists().where(
        _is_administrator,
        user_role.c.user_id != bindparam("of_user"),
        user_info.c.id == user_role.c.user_id,
        user_info.c.disabled_at.is_(None),
    )
)
_HAS_NAME = role_row.c.name == bindparam("of_role")
_REVOKE = delete(user_role).where(
    user_role.c.user_id == bindparam("of_user"), user_role.c.role == bindparam("of_role")
)


class SqlRoleRepository:
    """Roles are few, so that they are read as a whole. Users who have them may be many."""

    def __init__(self, *, connections: Connections) -> None:
        self._connections = connections

    async def lock(self) -> None:
        """Lock the row ``roles`` of the table of tasks."""
        await self._connections.execute(_LOCK)

    async def load(self) -> tuple[Role, ...]:
        """Read two tables."""
        permissions: dict[str, set[str]] = defaultdict(set)
        for row in await self._connections.execute(_PERMISSIONS):
            permissions[row.role].add(row.permission)
        return tuple(
            Role(
                name=row.name,
                description=row.description,
                permissions=frozenset(permissions[row.name]),
                built_in=row.built_in,
            )
            for row in await self._connections.execute(_ROLES)
        )

    async def apply(self, changes: RoleChanges, *, now: datetime) -> None:
        """Delete all permissions of a changed role, and insert those that it has now."""
        run = self._connections.execute
        for name in (*changes.removed, *(role.name for role in changes.changed)):
            await run(delete(role_permission).where(role_permission.c.role == name))
        for name in changes.removed:
            await run(delete(role_row).where(_HAS_NAME), {"of_role": name})
        for role in changes.added:
            values = {"name": role.name, "description": role.description, "built_in": False}
            await run(insert(role_row), values | {"changed_at": now})
        for role in changes.changed:
            changed = update(role_row).where(_HAS_NAME).values(description=role.description, changed_at=now)
            await run(changed, {"of_role": role.name})
        for role in (*changes.added, *changes.changed):
            for permission in sorted(role.permissions):
                await run(insert(role_permission), {"role": role.name, "permission": permission})

    async def held(self, names: Collection[str]) -> tuple[str, ...]:
        """Look each name up in the index ``user_role_role``."""
        is_held = select(literal(1)).where(user_role.c.role == role_row.c.name).exists()
        found = select(role_row.c.name).where(role_row.c.name.in_(names), is_held).order_by(role_row.c.name)
        return tuple((await self._connections.execute(found)).scalars())

    async def combinations(self, names: Collection[str]) -> list[frozenset[str]]:
        """Let the database reduce the users to their different combinations."""
        if not names:
            return []
        users = select(user_role.c.user_id).where(user_role.c.role.in_(names))
        ordered = (
            select(user_role).where(user_role.c.user_id.in_(users)).order_by(user_role.c.role).subquery()
        )
        each = select(func.aggregate_strings(ordered.c.role, " ").label("roles")).group_by(ordered.c.user_id)
        found = await self._connections.execute(select(each.subquery().c.roles).distinct())
        return [frozenset(roles.split()) for roles in found.scalars()]

    async def of_user(self, user_id: UserId) -> tuple[UserRole, ...]:
        """Read the rows of a user."""
        rows = await self._connections.execute(_OF_USER, {"of_user": user_id})
        return tuple(
            UserRole(role=row.role, granted_at=row.granted_at, granted_by=row.granted_by) for row in rows
        )

    async def grants_of(self, user_id: UserId) -> Grants:
        """Run one statement."""
        found = await self._connections.execute(_GRANTS, {"of_user": user_id})
        return parse_grants(found.scalar_one())

    async def without_second_factor(self, *, limit: int) -> list[str]:
        """Compare both in one statement."""
        rows = await self._connections.execute(_WITHOUT_SECOND_FACTOR, {"max_rows": limit})
        return list(rows.scalars())

    async def is_last_administrator(self, user_id: UserId) -> bool:
        """Look the role up in the index ``user_role_role``."""
        found = await self._connections.execute(_IS_LAST_ADMINISTRATOR, {"of_user": user_id})
        return bool(found.scalar_one())

    async def holders(self, permission: str, *, limit: int) -> list[UserId]:
        """Look the roles with the permission up, and who has them."""
        values = {"permission": permission, "max_rows": limit}
        return [UserId(each) for each in (await self._connections.execute(_HOLDERS, values)).scalars()]

    async def grant(self, user_id: UserId, granted: UserRole) -> bool:
        """Insert a row, unless it is there. `lock` keeps others from inserting it meanwhile."""
        if granted.role in {each.role for each in await self.of_user(user_id)}:
            return False
        values = {"user_id": user_id, "role": granted.role, "granted_by": granted.granted_by}
        await self._connections.execute(insert(user_role), values | {"granted_at": granted.granted_at})
        return True

    async def revoke(self, user_id: UserId, role: str) -> bool:
        """Delete a row."""
        values = {"of_user": user_id, "of_role": role}
        return bool((await self._connections.execute(_REVOKE, values)).rowcount)
