"""Give a user a role."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.roles.role import Grants
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole:
    """Give a user a role. The next access token of the user carries it."""

    find_user: FindUser
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str, role: str) -> User:
        """Grant the role, unless the user has it.

        Raises:
            UserNotFound: No account has this username.
            RoleNotFound: No role has this name.
            TooManyPermissions: An access token has no room for the roles of this user.
            StorageUnavailable: The role may or may not have been granted.
        """
        user, now = await self.find_user(username=username), self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            roles = transaction.roles
            await roles.lock()
            stored = {each.name: each for each in await roles.load()}
            if role not in stored:
                raise RoleNotFound
            names = {role, *(each.role for each in await roles.of_user(user.id))}
            Grants.of(stored[name] for name in names).check_size()
            if await roles.grant(user.id, UserRole(role=role, granted_at=now)):
                await transaction.events.record(
                    Event(type=EventType.ROLE_GRANTED, occurred_at=now, user_id=user.id, detail=role)
                )
                await transaction.commit()
        return user
