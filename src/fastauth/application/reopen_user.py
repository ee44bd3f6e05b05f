"""Let strangers try again at an account."""

from dataclasses import dataclass

from fastauth.application.throttle import Throttle
from fastauth.domain.errors import UserNotFound
from fastauth.domain.ports import UsernameProfile, UserRepository
from fastauth.domain.user import User
from fastauth.domain.username import Username


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenUser:
    """Open an account again to new devices, after too much has been guessed at it."""

    users: UserRepository
    usernames: UsernameProfile
    throttle: Throttle

    async def __call__(self, *, username: str) -> User:
        """Forget what strangers have guessed.

        Raises:
            UserNotFound: Nobody goes by this name.
            StorageUnavailable: Try again later.
        """
        user = await self.users.find(Username.recognise(username, self.usernames))
        if user is None:
            raise UserNotFound
        await self.throttle.reopen(user.username)
        return user
