"""Get a role."""

from dataclasses import dataclass

from fastauth.application.administration.list_roles import ListRoles
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.role import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRole:
    """Return a role with its permissions."""

    list_roles: ListRoles

    async def __call__(self, *, acting: Principal, name: str) -> Role:
        """Return the role.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:roles.read``.
            RoleNotFound: No role has this name.
            StorageUnavailable: Try again later.
        """
        found = {role.name: role for role in await self.list_roles(acting=acting)}
        if name not in found:
            raise RoleNotFound
        return found[name]
