"""Take a role from a user."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.roles.revoke import revoke
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.revocations.revocation import Revocation
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRole:
    """Take a role from a user, and revoke the access tokens that carry it.

    The revocation is written twice: with the change, so that it cannot get lost, and after it. A token that a
    concurrent refresh issues meanwhile has the old roles and a time between the two.
    """

    find_user: FindUser
    unit_of_work: UnitOfWork
    revocations: RevocationLog
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
            await revoke(transaction, user.id, role, now=now)
            await transaction.commit()
        await self.revocations.add(Revocation.of_user(user.id, at=self.clock.now()))
        return user
