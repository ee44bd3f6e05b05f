"""End a user's sessions."""

from dataclasses import dataclass

from fastauth.domain.errors import UserNotFound
from fastauth.domain.event import Event, EventKind
from fastauth.domain.ports import Clock, UnitOfWork, UsernameProfile, UserRepository
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSessions:
    """Log somebody out everywhere. They may log in again."""

    users: UserRepository
    unit_of_work: UnitOfWork
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
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            ended = await transaction.sessions.end(user.id, now=now)
            await transaction.events.record(Event(kind=EventKind.LOGGED_OUT, at=now, user_id=user.id))
            await transaction.commit()
        return ended
