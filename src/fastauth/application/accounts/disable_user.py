"""Disable a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Close an account: its sessions end, and nobody can log in to it until it is opened again."""

    find_user: FindUser
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Close the account. One that is closed stays so.

        Raises:
            UserNotFound: Nobody goes by this name.
            StorageUnavailable: The account may or may not be closed.
        """
        user = await self.find_user(username=username)
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.users.set_disabled(user.id, user.disabled_at or now)
            await transaction.sessions.revoke_all(user.id, now=now)
            await transaction.events.record(
                Event(type=EventType.USER_DISABLED, occurred_at=now, user_id=user.id)
            )
            await transaction.commit()
        return user
