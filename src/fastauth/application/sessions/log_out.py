"""Log out."""

from dataclasses import dataclass

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.sessions.errors import SessionNotFound
from fastauth.domain.sessions.session import AuthenticatedUser, SessionId
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """End one of the caller's sessions, or all of them.

    This service rejects the tokens of an ended session at once. Services that verify access tokens
    offline accept them until they expire.
    """

    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, session_id: SessionId | None) -> None:
        """End the session `session_id`, or with ``None`` all sessions of the caller.

        Raises:
            SessionNotFound: The caller has no active session with this id.
            StorageUnavailable: The sessions may or may not have ended.
        """
        user, now = caller.user, self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            if session_id is None:
                await transaction.sessions.revoke_all(user.id, now=now)
            elif not await transaction.sessions.revoke(user.id, session_id=session_id, now=now):
                raise SessionNotFound
            await transaction.events.record(
                Event(type=EventType.LOGGED_OUT, occurred_at=now, user_id=user.id, session_id=session_id)
            )
            await transaction.commit()
