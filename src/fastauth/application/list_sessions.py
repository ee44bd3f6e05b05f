"""List one's sessions."""

from dataclasses import dataclass

from fastauth.domain.ports import Clock, SessionRepository
from fastauth.domain.session import Caller, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions:
    """Show where the caller is logged in, the newest session first."""

    sessions: SessionRepository
    clock: Clock

    async def __call__(self, *, caller: Caller) -> list[Session]:
        """Return the caller's sessions that live.

        Raises:
            StorageUnavailable: Try again later.
        """
        return await self.sessions.of_user(caller.user.id, now=self.clock.now())
