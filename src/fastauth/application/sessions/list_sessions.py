"""List the sessions of the caller."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import PAGE_SIZE, AuthenticatedUser, Session, SessionCursor


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessions:
    """List the active sessions of the caller, the newest first."""

    sessions: SessionRepository
    clock: Clock

    async def __call__(
        self, *, caller: AuthenticatedUser, after: SessionCursor | None = None, limit: int = PAGE_SIZE
    ) -> tuple[list[Session], SessionCursor | None]:
        """Return a page of at most `limit` sessions, and the cursor of the next page if there is one.

        Raises:
            StorageUnavailable: Try again later.
        """
        found = await self.sessions.list_active(
            caller.user.id, now=self.clock.now(), after=after, limit=limit + 1
        )
        page = found[:limit]
        return page, SessionCursor(page[-1].created_at, page[-1].id) if len(found) > limit else None
