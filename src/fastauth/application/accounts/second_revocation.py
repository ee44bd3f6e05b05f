"""Revoke the access tokens of a user a second time."""

from dataclasses import dataclass

from fastauth.application.idempotency.shared_unit_of_work import SharedUnitOfWork
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clock import Clock
from fastauth.domain.revocations.ports import RevocationLog
from fastauth.domain.revocations.revocation import Revocation


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondRevocation:
    """Revoke the tokens of a user after the transaction that did so with a change, such as a disabling.

    The first revocation cannot get lost. An API key that is exchanged during the transaction yields a token
    with a time between the two.
    """

    revocations: RevocationLog
    unit_of_work: SharedUnitOfWork
    clock: Clock

    async def __call__(self, user_id: UserId) -> None:
        """Revoke the tokens now, or after the commit of a shared transaction.

        Raises:
            StorageUnavailable: The change is stored; a token that was issued meanwhile may be valid.
        """

        async def revoke() -> None:
            await self.revocations.add(Revocation.of_user(user_id, at=self.clock.now()))

        await self.unit_of_work.after_commit(revoke)
