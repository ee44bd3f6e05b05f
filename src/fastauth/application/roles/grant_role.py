"""Give a user a role."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.roles.grant import grant, roles_by_name
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.roles.ports import UserRole
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
            await transaction.roles.lock()
            granted = UserRole(role=role, granted_at=now)
            await grant(transaction, user.id, granted, stored=await roles_by_name(transaction))
            await transaction.commit()
        return user
