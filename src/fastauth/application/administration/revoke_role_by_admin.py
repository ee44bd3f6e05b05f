"""Take a role from a user."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.roles.revoke import revoke
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.roles.permissions import WRITE_ROLES
from fastauth.domain.roles.role import ADMIN


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRoleByAdmin:
    """Take a role from another user, or give up a role of one's own. See `RevokeRole` for the tokens."""

    delegation: Delegation
    revocations: RevocationLog

    async def __call__(self, *, acting: Principal, user_id: UserId, role: str) -> User:
        """Revoke the role.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:roles.write``.
            UserNotFound: No account has this id.
            RoleNotFound: The user does not have a role with this name.
            MorePrivileged: The user holds more than `acting`.
            LastAdministrator: It is the role ``admin``, and no other enabled account has it.
            StorageUnavailable: The role may or may not have been revoked.
        """
        async with self.delegation.begin(acting, WRITE_ROLES) as act:
            is_own = user_id == acting.user_id
            user = await act.user(user_id) if is_own else await act.target(user_id)
            if role == ADMIN.name:
                await act.check_not_last_administrator(user_id)
            await revoke(act.transaction, user_id, role, now=act.now)
            await act.transaction.commit()
        now = self.delegation.clock.now()
        await self.revocations.add(Revocation.of_user(user_id, at=now))
        return user
