"""Close the account of another user."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.delegation.delegation import Delegation
from fastauth.application.personal_data.closing import Closing
from fastauth.application.personal_data.erase_account import EraseAccount
from fastauth.domain.accounts.user import UserId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseUserByAdmin:
    """Close the account of another user, to be erased after a delay, or at once without one."""

    delegation: Delegation
    closing: Closing
    erase_account: EraseAccount
    revoke_again: SecondRevocation

    async def __call__(self, *, acting: Principal, user_id: UserId) -> datetime:
        """Close the account and return when it is erased.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            UserNotFound: No account has this id.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            LastAdministrator: No other account could administer the service.
            StorageUnavailable: The account may or may not be closed.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            await act.target(user_id)
            await act.check_not_last_administrator(user_id)
            erase_at = await self.closing.close(act.transaction, user_id, now=act.now)
            await act.transaction.commit()
        await self.revoke_again(user_id)
        if erase_at <= act.now:
            await self.erase_account(user_id)
        return erase_at
