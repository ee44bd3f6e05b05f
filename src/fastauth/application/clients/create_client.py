"""Create a client by command."""

from collections.abc import Collection
from dataclasses import dataclass

from fastauth.application.clients.client_changes import ClientChanges, CreatedClient
from fastauth.domain.clients.client import Client
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateClient:
    """Store a client and return its first secret."""

    changes: ClientChanges
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(
        self, *, name: str, permissions: Collection[str] = (), audiences: Collection[str] = ()
    ) -> CreatedClient:
        """Return the client and its secret, which is never shown again.

        Raises:
            InvalidInput: The name, a permission or an audience is not one.
            ClientExists: Another client has this name.
            StorageUnavailable: The client may or may not have been stored.
        """
        async with self.unit_of_work.begin() as transaction:
            created = await self.changes.create(
                transaction,
                Client.new(name, permissions=permissions, audiences=audiences, now=self.clock.now()),
            )
            await transaction.commit()
        return created
