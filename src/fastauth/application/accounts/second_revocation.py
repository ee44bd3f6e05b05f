"""Revoke access tokens a second time."""

from dataclasses import dataclass

from fastauth.application.idempotency.shared_unit_of_work import SharedUnitOfWork
from fastauth.domain.accounts.user import UserId
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clock import Clock
from fastauth.domain.revocations.revocation import Revocation


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondRevocation:
    """Revoke tokens after the transaction that did so with a change, such as a disabling.

    The first revocation cannot get lost. An API key or a client secret that is exchanged during the
    transaction yields a token with a time between the two.
    """

    unit_of_work: SharedUnitOfWork
    clock: Clock

    async def __call__(self, user_id: UserId) -> None:
        """Revoke the tokens of a user now, or after the commit of a shared transaction.

        Raises:
            StorageUnavailable: The change is stored; a token that was issued meanwhile may be valid.
        """
        revocation = Revocation.of_user(user_id, at=self.clock.now())
        await self.unit_of_work.revoke_after_commit(revocation)

    async def of_client(self, client_id: ClientId) -> None:
        """Do the same for the tokens of a client."""
        revocation = Revocation.of_client(client_id, at=self.clock.now())
        await self.unit_of_work.revoke_after_commit(revocation)
