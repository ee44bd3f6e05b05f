"""End all other sessions of the caller."""

from dataclasses import dataclass

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOtherSessions:
    """End all sessions of the caller but the one of the request."""

    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser) -> None:
        """End them, if there are any.

        Raises:
            StorageUnavailable: The sessions may or may not have ended.
        """
        user, now = caller.user, self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.sessions.revoke_all(user.id, except_=caller.session.id, now=now)
            await transaction.events.record(
                Event(type=EventType.LOGGED_OUT, occurred_at=now, user_id=user.id)
            )
            await transaction.commit()
