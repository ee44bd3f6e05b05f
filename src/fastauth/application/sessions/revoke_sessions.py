"""Revoke the sessions of a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeSessions:
    """End all sessions of a user, who may log in again."""

    find_user: FindUser
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> int:
        """End all sessions of the account; return how many, counting to `MAX_COUNTED`.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: The sessions may or may not have ended.
        """
        user = await self.find_user(username=username)
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            ended = await transaction.sessions.revoke_all(user.id, now=now)
            await transaction.events.record(
                Event(type=EventType.LOGGED_OUT, occurred_at=now, user_id=user.id)
            )
            await transaction.commit()
        return ended
