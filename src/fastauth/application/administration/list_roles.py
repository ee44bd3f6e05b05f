"""List the roles."""

from dataclasses import dataclass

from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_ROLES
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.roles.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRoles:
    """List all roles with their permissions, built-in ones too."""

    roles: RoleRepository

    async def __call__(self, *, acting: Principal) -> tuple[Role, ...]:
        """Return the roles in the order of their names.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:roles.read``.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_ROLES)
        return await self.roles.load()
