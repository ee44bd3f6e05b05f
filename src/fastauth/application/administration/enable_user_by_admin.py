"""Enable the account of another user."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUserByAdmin:
    """Enable a disabled account. Its former sessions stay ended. An account that closes is kept."""

    delegation: Delegation

    async def __call__(self, *, acting: Principal, user_id: UserId) -> User:
        """Enable the account.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            UserNotFound: No account has this id.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            StorageUnavailable: The account may or may not be enabled.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            user = await act.target(user_id)
            await act.transaction.erasures.withdraw(user_id)
            await act.transaction.users.set_disabled(user_id, None)
            await act.record(EventType.USER_ENABLED, user_id)
            await act.transaction.commit()
        return user
