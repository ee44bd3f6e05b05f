"""Remove the second factors that another user has lost."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.application.second_factors.reset_factors import reset_factors
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSecondFactorsByAdmin:
    """Remove the app, the passkeys and the recovery codes of an account, and end its sessions."""

    delegation: Delegation
    changes: FactorChanges

    async def __call__(self, *, acting: Principal, user_id: UserId) -> User:
        """Remove the factors.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            UserNotFound: No account has this id.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            NoPassword: The account has no password: without its passkeys no log-in is possible.
            StorageUnavailable: The factors may or may not have been removed.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            user = await act.target(user_id)
            await reset_factors(act.transaction, user_id, changes=self.changes, now=act.now)
            await act.record(EventType.SECOND_FACTORS_RESET, user_id)
            await act.transaction.commit()
        return user
