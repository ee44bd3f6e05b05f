"""Erase an account again after a backup was restored."""

from dataclasses import dataclass
from enum import StrEnum

from fastauth.application.personal_data.closing import Closing
from fastauth.application.personal_data.erase_account import EraseAccount
from fastauth.domain.clock import Clock
from fastauth.domain.personal_data.erased_list import ErasedAccount
from fastauth.domain.personal_data.erasure import NameDigests
from fastauth.domain.unit_of_work import UnitOfWork


class Replayed(StrEnum):
    """What became of a line of the list."""

    ERASED = "erased"
    ABSENT = "absent"
    """No account has this id."""
    OTHER_NAME = "other_name"
    """The account has another username: it was renamed later, or it is another one with the same id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayErasure:
    """Erase the account of a line at once, if the restored database has it."""

    digests: NameDigests
    closing: Closing
    erase_account: EraseAccount
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, erased: ErasedAccount) -> Replayed:
        """Return what was done.

        Raises:
            StorageUnavailable: The account may or may not be erased.
        """
        now = self.clock.now()
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            user = await transaction.users.get(erased.user_id)
            if user is None:
                return Replayed.ABSENT
            if erased.name_digest not in self.digests.candidates(user.username):
                return Replayed.OTHER_NAME
            await transaction.erasures.withdraw(user.id)
            await self.closing.at_once().close(transaction, user.id, now=now)
            await transaction.commit()
        await self.erase_account(erased.user_id)
        return Replayed.ERASED
