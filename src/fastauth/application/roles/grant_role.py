"""Give a user a role."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.domain.accounts.user import User, UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.clock import Clock
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.roles.role import Grants, Role
from fastauth.domain.unit_of_work import Transaction, UnitOfWork


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
            await transaction.roles.lock()
            granted = UserRole(role=role, granted_at=now)
            await grant(transaction, user.id, granted, stored=await roles_by_name(transaction))
            await transaction.commit()
        return user


async def roles_by_name(transaction: Transaction) -> Mapping[str, Role]:
    """Return all roles by their names."""
    return {role.name: role for role in await transaction.roles.load()}


async def grant(
    transaction: Transaction, user_id: UserId, granted: UserRole, *, stored: Mapping[str, Role]
) -> None:
    """Give a user one of the `stored` roles, under their lock, unless the user has it.

    Raises:
        RoleNotFound: No role has this name.
        TooManyPermissions: An access token has no room for the roles of this user.
    """
    if granted.role not in stored:
        raise RoleNotFound
    names = {granted.role, *(each.role for each in await transaction.roles.of_user(user_id))}
    Grants.of(stored[name] for name in names).check_size()
    if await transaction.roles.grant(user_id, granted):
        event = Event(
            type=EventType.ROLE_GRANTED, occurred_at=granted.granted_at, user_id=user_id, detail=granted.role
        )
        await transaction.events.record(event)
