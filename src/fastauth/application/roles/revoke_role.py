"""Take a role from a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRole:
    """Take a role from a user. The next access token of the user no longer carries it."""

    find_user: FindUser
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str, role: str) -> User:
        """Revoke the role.

        Raises:
            UserNotFound: No account has this username.
            RoleNotFound: The user does not have a role with this name.
            StorageUnavailable: The role may or may not have been revoked.
        """
        user, now = await self.find_user(username=username), self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            if not await transaction.roles.revoke(user.id, role):
                raise RoleNotFound
            await transaction.events.record(
                Event(type=EventType.ROLE_REVOKED, occurred_at=now, user_id=user.id, detail=role)
            )
            await transaction.commit()
        return user
