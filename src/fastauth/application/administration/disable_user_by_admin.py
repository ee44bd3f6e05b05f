"""Disable the account of another user."""

from dataclasses import dataclass

from fastauth.application.accounts.disable import disable
from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUserByAdmin:
    """Disable an account: its sessions end, and it cannot log in until it is enabled."""

    delegation: Delegation
    revoke_again: SecondRevocation

    async def __call__(self, *, acting: Principal, user_id: UserId) -> User:
        """Disable the account. A disabled account stays as it is.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            UserNotFound: No account has this id.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            LastAdministrator: No other enabled account has the role ``admin``.
            StorageUnavailable: The account may or may not be disabled.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            user = await act.target(user_id)
            await act.check_not_last_administrator(user_id)
            await disable(act.transaction, user, now=act.now)
            await act.transaction.commit()
        await self.revoke_again(user_id)
        return user
