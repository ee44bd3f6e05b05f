"""End a user's sessions."""

from dataclasses import dataclass

from fastauth.domain.errors import UserNotFound
from fastauth.domain.ports import Clock, SessionRepository, UsernameProfile, UserRepository
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessions:
    """Log somebody out everywhere. They may log in again."""

    users: UserRepository
    sessions: SessionRepository
    usernames: UsernameProfile
    clock: Clock

    async def __call__(self, *, username: str) -> int:
        """End every session of the account and return how many that were.

        Raises:
            UserNotFound: Nobody goes by this name.
            StorageUnavailable: The sessions may or may not have ended.
        """
        user = await self.users.find(Username.recognise(username, self.usernames))
        if user is None:
            raise UserNotFound
        return await self.sessions.end(user.id, now=self.clock.now())
