"""Let strangers try again at an account."""

from dataclasses import dataclass, replace

from fastauth.application.throttle import Throttle
from fastauth.domain.errors import UserNotFound
from fastauth.domain.event import Event, EventKind
from fastauth.domain.ports import Clock, UnitOfWork, UsernameProfile, UserRepository
from fastauth.domain.user import User
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenUser:
    """Open an account again to new devices, after too much has been guessed at it."""

    users: UserRepository
    usernames: UsernameProfile
    throttle: Throttle
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Forget what strangers have guessed.

        Raises:
            UserNotFound: Nobody goes by this name.
            StorageUnavailable: Try again later.
        """
        user = await self.users.find(Username.recognise(username, self.usernames))
        if user is None:
            raise UserNotFound
        async with self.unit_of_work.begin() as transaction:
            await replace(self.throttle, tallies=transaction.tallies).reopen(user.username)
            await transaction.events.record(
                Event(kind=EventKind.USER_REOPENED, at=self.clock.now(), user_id=user.id)
            )
            await transaction.commit()
        return user
