"""Keep an account that was to be erased, for an operator."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.personal_data.keep import keep
from fastauth.domain.accounts.user import User
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepUser:
    """Keep an account, for an operator."""

    find_user: FindUser
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> User:
        """Undo the request.

        Raises:
            UserNotFound: No account has this username.
            ErasureNotFound: The account is not closing.
            StorageUnavailable: The account may or may not be kept.
        """
        user = await self.find_user(username=username)
        async with self.unit_of_work.begin() as transaction:
            await keep(transaction, user.id, now=self.clock.now())
            await transaction.commit()
        return user
