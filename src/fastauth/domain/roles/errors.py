"""Errors about roles."""

from fastauth.domain.errors import Conflict, NotFound


class RoleNotFound(NotFound):
    """No role has this name."""

    code = "role_not_found"
    detail = "No such role"


class TooManyPermissions(Conflict):
    """An access token would be too long with these roles and permissions."""

    code = "too_many_permissions"
    detail = "The user would have more than 32 roles, or more than 1200 bytes of roles and permissions"


class RolesInUse(Conflict):
    """Roles cannot be removed while users have them."""

    code = "roles_in_use"
    detail = "A role cannot be removed while users have it"

    def __init__(self, *names: str) -> None:
        if names:
            self.detail = f"Users still have these roles: {', '.join(names)}"
        super().__init__()
