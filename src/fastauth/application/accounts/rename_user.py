"""Rename a user."""

from dataclasses import dataclass, replace

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameUser:
    """Give an account another username, for instance if its name is the e-mail address of another person.

    Sessions go on. Device tokens and rate limits go by the username, so those of the former one are void.
    """

    find_user: FindUser
    username_profile: UsernameProfile
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str, new_username: str) -> User:
        """Rename the account and return it. Another spelling of its own username is accepted.

        Raises:
            UserNotFound: No account has this username.
            InvalidInput: The new username is not allowed.
            UsernameTaken: Another account has the new username.
            StorageUnavailable: The account may or may not be renamed.
        """
        new = Username.parse(new_username, self.username_profile)
        new.check_is_no_address()
        user = await self.find_user(username=username)
        async with self.unit_of_work.begin() as transaction:
            await transaction.users.set_username(user.id, new)
            await transaction.events.record(
                Event(type=EventType.USER_RENAMED, occurred_at=self.clock.now(), user_id=user.id)
            )
            await transaction.commit()
        return replace(user, username=new)
