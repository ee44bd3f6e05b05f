"""List the sessions of a user."""

from dataclasses import dataclass

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clock import Clock
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_USERS
from fastauth.domain.sessions.ports import SessionRepository
from fastauth.domain.sessions.session import PAGE_SIZE, Session, SessionCursor


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSessionsByAdmin:
    """List the active sessions of a user, the newest first."""

    users: UserRepository
    sessions: SessionRepository
    clock: Clock

    async def __call__(
        self,
        *,
        acting: Principal,
        user_id: UserId,
        after: SessionCursor | None = None,
        limit: int = PAGE_SIZE,
    ) -> tuple[list[Session], SessionCursor | None]:
        """Return a page of at most `limit` sessions, and the cursor of the next page if there is one.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:users.read``.
            UserNotFound: No account has this id.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_USERS)
        if await self.users.get(user_id) is None:
            raise UserNotFound
        found = await self.sessions.list_active(user_id, now=self.clock.now(), after=after, limit=limit + 1)
        page = found[:limit]
        return page, SessionCursor(page[-1].created_at, page[-1].id) if len(found) > limit else None
