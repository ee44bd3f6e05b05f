"""Give another user a role."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.roles.grant import grant, roles_by_name
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.permissions import WRITE_ROLES
from fastauth.domain.roles.ports import UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRoleByAdmin:
    """Give a user a role, if the acting principal may give each of its permissions."""

    delegation: Delegation

    async def __call__(self, *, acting: Principal, user_id: UserId, role: str) -> User:
        """Grant the role, unless the user has it.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:roles.write``.
            UserNotFound: No account has this id.
            RoleNotFound: No role has this name.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            PermissionNotHeld: The role has permissions that `acting` may not give.
            TooManyPermissions: An access token has no room for the roles of this user.
            StorageUnavailable: The role may or may not have been granted.
        """
        async with self.delegation.begin(acting, WRITE_ROLES) as act:
            user = await act.target(user_id)
            stored = await roles_by_name(act.transaction)
            if role not in stored:
                raise RoleNotFound
            act.authority.check_may_give(stored[role].permissions)
            granted = UserRole(role=role, granted_at=act.now, granted_by=acting.user_id)
            await grant(act.transaction, user_id, granted, stored=stored)
            await act.transaction.commit()
        return user
