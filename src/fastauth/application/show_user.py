"""Show a user."""

from dataclasses import dataclass

from fastauth.domain.errors import UserNotFound
from fastauth.domain.ports import Clock, SessionRepository, UsernameProfile, UserRepository
from fastauth.domain.session import Session
from fastauth.domain.user import User
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowUser:
    """Show an account and where it is logged in, the newest session first."""

    users: UserRepository
    sessions: SessionRepository
    usernames: UsernameProfile
    clock: Clock

    async def __call__(self, *, username: str) -> tuple[User, list[Session]]:
        """Return the account and its sessions that live.

        Raises:
            UserNotFound: Nobody goes by this name.
            StorageUnavailable: Try again later.
        """
        user = await self.users.find(Username.recognise(username, self.usernames))
        if user is None:
            raise UserNotFound
        return user, await self.sessions.of_user(user.id, now=self.clock.now())
