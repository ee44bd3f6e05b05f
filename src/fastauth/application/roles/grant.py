"""Give a role to a user; all use cases that do so share this code."""

from collections.abc import Mapping

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.roles.errors import RoleNotFound
from fastauth.domain.roles.ports import UserRole
from fastauth.domain.roles.role import Grants, Role
from fastauth.domain.unit_of_work import Transaction


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
