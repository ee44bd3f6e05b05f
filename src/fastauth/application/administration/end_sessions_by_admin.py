"""End the sessions of another user."""

from dataclasses import dataclass

from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_USERS


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessionsByAdmin:
    """End all sessions of a user, who may log in again."""

    delegation: Delegation

    async def __call__(self, *, acting: Principal, user_id: UserId) -> int:
        """End the sessions; return how many, counting to `MAX_COUNTED`.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.write``.
            UserNotFound: No account has this id.
            OwnAccount: It is the account of `acting`.
            MorePrivileged: The user holds more than `acting`.
            StorageUnavailable: The sessions may or may not have ended.
        """
        async with self.delegation.begin(acting, WRITE_USERS) as act:
            await act.target(user_id)
            ended = await act.transaction.sessions.revoke_all(user_id, now=act.now)
            await act.record(EventType.LOGGED_OUT, user_id)
            await act.transaction.commit()
        return ended
