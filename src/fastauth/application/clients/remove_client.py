"""Remove a client by command."""

from dataclasses import dataclass

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.clients.client_changes import ClientChanges
from fastauth.domain.clients.errors import ClientNotFound
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveClient:
    """Delete a client with its secrets, and revoke its tokens. See `ChangeClient` for the two revocations."""

    changes: ClientChanges
    unit_of_work: UnitOfWork
    revoke_again: SecondRevocation
    clock: Clock

    async def __call__(self, *, name: str) -> None:
        """Remove the client.

        Raises:
            ClientNotFound: No client has this name.
            StorageUnavailable: The client may or may not have been removed.
        """
        async with self.unit_of_work.begin() as transaction:
            found = await transaction.clients.find(name)
            if found is None:
                raise ClientNotFound
            await self.changes.remove(transaction, found.client, now=self.clock.now())
            await transaction.commit()
        await self.revoke_again.of_client(found.client.id)
