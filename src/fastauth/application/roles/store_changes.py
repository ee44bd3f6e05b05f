"""What storing changes of roles does, whether of a file or of one role."""

from collections.abc import Collection
from datetime import datetime

from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.roles.ports import RoleRepository
from fastauth.domain.roles.role import Grants, Role
from fastauth.domain.roles.role_changes import RoleChanges
from fastauth.domain.unit_of_work import Transaction


async def store(transaction: Transaction, changes: RoleChanges, *, now: datetime) -> None:
    """Store changes of roles with their events, and revoke the tokens of roles that lose a permission."""
    await transaction.roles.apply(changes, now=now)
    for name in changes.names:
        await transaction.events.record(Event(type=EventType.ROLE_CHANGED, occurred_at=now, detail=name))
    if changes.narrowed:
        await transaction.revocations.add_for_roles(changes.narrowed, at=now)


async def check_sizes(roles: RoleRepository, known: Collection[Role], changes: RoleChanges) -> None:
    """Return if access tokens have room for changed roles. `known` has them behind the stored ones.

    Raises:
        TooManyPermissions: The access token of a user would become too long.
    """
    by_name = {role.name: role for role in known}  # the declared role replaces the stored one
    for names in await roles.combinations([role.name for role in changes.changed]):
        Grants.of(by_name[name] for name in names).check_size()
