"""Close one's own account."""

from dataclasses import dataclass
from datetime import datetime

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.personal_data.closing import Closing
from fastauth.application.personal_data.erase_account import EraseAccount
from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.accounts.username import Username, UsernameProfile
from fastauth.domain.clock import Clock
from fastauth.domain.delegation.errors import LastAdministrator
from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.domain.sessions.session import AuthenticatedUser
from fastauth.domain.unit_of_work import UnitOfWork

_NOT_CONFIRMED = Violation("confirm", "not_confirmed", "Must be the username of the account.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAccount:
    """Close the account of the caller, to be erased after a delay, or at once without one."""

    closing: Closing
    erase_account: EraseAccount
    revoke_again: SecondRevocation
    username_profile: UsernameProfile
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, caller: AuthenticatedUser, confirm: str) -> datetime:
        """Close the account and return when it is erased. `confirm` is its username, typed by its owner.

        Raises:
            StepUpRequired: The session was not authenticated recently, or not by all factors.
            InvalidInput: `confirm` is not the username.
            LastAdministrator: No other account could administer the service.
            InvalidAccessToken: The account was erased meanwhile.
            StorageUnavailable: Try again later.
        """
        user, now = caller.user, self.clock.now()
        caller.check_recent_authentication(now)
        typed = Username.parse_existing(confirm.strip(), self.username_profile).canonical
        if typed != user.username.canonical:
            raise InvalidInput(_NOT_CONFIRMED)
        async with self.unit_of_work.begin() as transaction:
            await transaction.roles.lock()
            if await transaction.roles.is_last_administrator(user.id):
                raise LastAdministrator
            try:
                erase_at = await self.closing.close(
                    transaction, user.id, now=now, session_id=caller.session.id
                )
            except UserNotFound:  # erased since the request was authenticated
                raise InvalidAccessToken from None
            await transaction.commit()
        await self.revoke_again(user.id)
        if erase_at <= now:
            await self.erase_account(user.id)
        return erase_at
