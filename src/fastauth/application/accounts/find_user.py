"""Find a user by name."""

from dataclasses import dataclass

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.ports import UserRepository
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username, UsernameProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class FindUser:
    """Find an account for an operator, by any spelling of its username."""

    users: UserRepository
    username_profile: UsernameProfile

    async def __call__(self, *, username: str) -> User:
        """Return the account.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: Try again later.
        """
        user = await self.users.find(Username.parse_existing(username, self.username_profile))
        if user is None:
            raise UserNotFound
        return user
