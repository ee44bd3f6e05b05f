"""Remove the second factors of an account that its owner has lost."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.second_factors.factor_changes import FactorChanges
from fastauth.application.second_factors.reset_factors import reset_factors
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSecondFactors:
    """Remove the authenticator app, the passkeys and the recovery codes of an account, and end its sessions.

    The finder of a lost device may use a session on it.
    """

    find_user: FindUser
    unit_of_work: UnitOfWork
    changes: FactorChanges
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Remove the factors, and return the account.

        Raises:
            UserNotFound: No account has this username.
            NoPassword: The account has no password: without its passkeys no log-in is possible.
            StorageUnavailable: The factors may or may not have been removed.
        """
        user, now = await self.find_user(username=username), self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await reset_factors(transaction, user.id, changes=self.changes, now=now)
            await transaction.commit()
        return user
