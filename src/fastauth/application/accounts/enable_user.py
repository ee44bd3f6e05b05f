"""Enable a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableUser:
    """Enable a disabled account. Its former sessions stay ended. An account that closes is kept."""

    find_user: FindUser
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Enable the account.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: The account may or may not be enabled.
        """
        user = await self.find_user(username=username)
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()  # its owner does not close it between the two statements
            await transaction.erasures.withdraw(user.id)
            await transaction.users.set_disabled(user.id, None)
            await transaction.events.record(
                Event(type=EventType.USER_ENABLED, occurred_at=self.clock.now(), user_id=user.id)
            )
            await transaction.commit()
        return user
