"""Delete a role."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.roles.store_changes import store
from fastauth.domain.administration.errors import BuiltInRole
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.errors import RoleNotFound, RolesInUse
from fastauth.domain.roles.permissions import WRITE_ROLES
from fastauth.domain.roles.role_changes import RoleChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRole:
    """Delete a role that no user has."""

    delegation: Delegation

    async def __call__(self, *, acting: Principal, name: str) -> None:
        """Delete the role.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:roles.write``.
            RoleNotFound: No role has this name.
            BuiltInRole: The service defines the role.
            PermissionNotHeld: `acting` may not give a permission of the role.
            RolesInUse: Users have the role.
            StorageUnavailable: The role may or may not have been deleted.
        """
        async with self.delegation.begin(acting, WRITE_ROLES) as act:
            roles = act.transaction.roles
            role = next((each for each in await roles.load() if each.name == name), None)
            if role is None:
                raise RoleNotFound
            if role.built_in:
                raise BuiltInRole
            act.authority.check_may_give(role.permissions)
            if await roles.held([name]):
                raise RolesInUse(name)
            await store(act.transaction, RoleChanges(removed=(name,)), now=act.now)
            await act.transaction.commit()
