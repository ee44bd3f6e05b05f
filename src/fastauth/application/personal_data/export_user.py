"""Export all that is stored of a person, for an operator."""

from dataclasses import dataclass

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.personal_data.export import export
from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.export import Export
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportUser:
    """Export the data of an account, for an operator who answers its owner."""

    find_user: FindUser
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str) -> Export:
        """Return the data. The owner gets a mail.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: Try again later.
        """
        user = await self.find_user(username=username)
        async with self.unit_of_work.begin() as transaction:
            found = await export(transaction, user.id, now=self.clock.now())
            await transaction.commit()
        return found
