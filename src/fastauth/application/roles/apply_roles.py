"""Make the stored roles those of a file."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.roles.store_changes import check_sizes, store
from fastauth.domain.clock import Clock
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.roles.errors import RolesInUse
from fastauth.domain.roles.role import Role
from fastauth.domain.roles.role_changes import RoleChanges
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRoles:
    """Add, replace and remove roles, so that the stored roles are the declared ones. Built-in roles stay.

    Where a role loses a permission, the access tokens of its users are revoked: with the change, and again
    after it (see `RevokeRole`).
    """

    unit_of_work: UnitOfWork
    revocations: RevocationLog
    clock: Clock

    async def __call__(self, *, declared: Collection[Role], dry_run: bool = False) -> RoleChanges:
        """Store the difference in one transaction, and return it. With `dry_run` nothing is stored.

        Raises:
            RolesInUse: Users have a role that is no longer declared.
            TooManyPermissions: The access token of a user would become too long.
            StorageUnavailable: The roles may or may not have been changed.
        """
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            roles = transaction.roles
            await roles.lock()
            stored = await roles.load()
            changes = RoleChanges.between(stored, declared)
            if in_use := await roles.held(changes.removed):
                raise RolesInUse(*in_use)
            await check_sizes(roles, (*stored, *declared), changes)
            if changes and not dry_run:
                await store(transaction, changes, now=now)
                await transaction.commit()
        if changes.narrowed and not dry_run:
            await self.revocations.add_for_roles(changes.narrowed, at=self.clock.now())
        return changes
