"""Disable a user."""

from dataclasses import dataclass

from fastauth.application.accounts.disable import disable
from fastauth.application.accounts.find_user import FindUser
from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DisableUser:
    """Disable an account: its sessions end, and it cannot log in until it is enabled."""

    find_user: FindUser
    revoke_again: SecondRevocation
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Disable the account. A disabled account stays as it is.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: The account may or may not be disabled.
        """
        user = await self.find_user(username=username)
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            await disable(transaction, user, now=now)
            await transaction.commit()
        await self.revoke_again(user.id)
        return user
