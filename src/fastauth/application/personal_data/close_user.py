"""Close an account, for an operator."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.accounts.find_user import FindUser
from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.personal_data.closing import Closing
from fastauth.application.personal_data.erase_account import EraseAccount
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Closed:
    """What became of an account."""

    erase_at: datetime
    is_erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseUser:
    """Close an account on behalf of its owner, or erase it at once."""

    find_user: FindUser
    closing: Closing
    erase_account: EraseAccount
    revoke_again: SecondRevocation
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, username: str, at_once: bool = False) -> Closed:
        """Close the account. At once, an account that is closing already is erased, too.

        Raises:
            UserNotFound: No account has this username.
            StorageUnavailable: The account may or may not be closed, or erased.
        """
        user, now = await self.find_user(username=username), self.clock.now()
        closing = self.closing
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            if at_once:
                if pending := await transaction.erasures.withdraw(user.id):
                    await transaction.users.set_disabled(user.id, pending.disabled_before)
                closing = closing.at_once()
            erase_at = await closing.close(transaction, user.id, now=now)
            await transaction.commit()
        await self.revoke_again(user.id)
        return Closed(erase_at, is_erased=erase_at <= now and await self.erase_account(user.id))
