"""Log out."""

from dataclasses import dataclass

from fastauth.domain.errors import SessionNotFound
from fastauth.domain.ports import Clock, SessionRepository
from fastauth.domain.session import Caller, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """End one of the caller's sessions, or all of them.

    From then on nothing of an ended session is accepted here. Services that verify access tokens by
    themselves accept those that were issued before until they expire.
    """

    sessions: SessionRepository
    clock: Clock

    async def __call__(self, *, caller: Caller, session_id: SessionId | None) -> None:
        """End the session `session_id`, or with ``None`` all of the caller's.

        Raises:
            SessionNotFound: The caller has no such session that lives.
            StorageUnavailable: The sessions may or may not have ended.
        """
        ended = await self.sessions.end(caller.user.id, only=session_id, now=self.clock.now())
        if session_id and not ended:
            raise SessionNotFound
