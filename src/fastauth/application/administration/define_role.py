"""Create or change a role."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.delegation.delegation import Act, Delegation
from fastauth.application.roles.store_changes import check_sizes, store
from fastauth.domain.administration.errors import BuiltInRole
from fastauth.domain.delegation.errors import OwnAccount
from fastauth.domain.errors import ViolationCollector
from fastauth.domain.principals.principal import Principal
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.roles.permissions import WRITE_ROLES
from fastauth.domain.roles.role import (
    BUILT_IN,
    Role,
    check_role_name,
    check_role_permissions,
    parse_description,
)
from fastauth.domain.roles.role_changes import RoleChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineRole:
    """Create a role, or replace the permissions and the description of one.

    It gives its new permissions to every user who has the role. So the acting principal must be able to give
    all of them, as well as those that it has so far, and adds none to a role of their own.
    """

    delegation: Delegation
    revocations: RevocationLog

    async def __call__(
        self, *, acting: Principal, name: str, description: str, permissions: Collection[str]
    ) -> tuple[Role, bool]:
        """Store the role; return it, and whether it is new.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:roles.write``.
            BuiltInRole: The service defines the role.
            InvalidInput: The name, the description or a permission is not allowed.
            PermissionNotHeld: `acting` may not give a permission of the role.
            OwnAccount: `acting` has the role, and it would get a permission.
            TooManyPermissions: The access token of a user would become too long.
            StorageUnavailable: The role may or may not have been stored.
        """
        async with self.delegation.begin(acting, WRITE_ROLES) as act:
            role = _declare(name, description, permissions)
            stored = {each.name: each for each in await act.transaction.roles.load()}
            before = stored.get(name)
            await _check_delegation(act, before.permissions if before else frozenset(), role)
            changes = RoleChanges.between([before] if before else [], [role])
            await check_sizes(act.transaction.roles, (*stored.values(), role), changes)
            if changes:
                await store(act.transaction, changes, now=act.now)
                await act.transaction.commit()
        if changes.narrowed:
            await self.revocations.add_for_roles(changes.narrowed, at=self.delegation.clock.now())
        return role, before is None


async def _check_delegation(act: Act, before: frozenset[str], after: Role) -> None:
    act.authority.check_may_give(before | after.permissions)
    if act.authority.user_id is not None and after.permissions - before:
        own = await act.transaction.roles.grants_of(act.authority.user_id)
        if after.name in own.roles:
            raise OwnAccount


def _declare(name: str, description: str, permissions: Collection[str]) -> Role:
    if name in BUILT_IN:
        raise BuiltInRole
    with ViolationCollector() as collecting:
        with collecting:
            description = parse_description(description)
        with collecting:
            check_role_name(name, field="name")
        with collecting:
            checked = check_role_permissions(permissions, field="permissions")
    return Role(name=name, description=description, permissions=checked)
