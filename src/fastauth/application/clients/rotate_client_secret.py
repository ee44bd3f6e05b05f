"""Give a client a new secret by command."""

from dataclasses import dataclass

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.clients.client_changes import ClientChanges, CreatedClient
from fastauth.domain.clients.errors import ClientNotFound
from fastauth.domain.clock import Clock
from fastauth.domain.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateClientSecret:
    """Make a new secret for a client. The one before stays valid for a day, or ends at once."""

    changes: ClientChanges
    revoke_again: SecondRevocation
    unit_of_work: UnitOfWork
    clock: Clock

    async def __call__(self, *, name: str, at_once: bool = False) -> CreatedClient:
        """Return the secret, which is never shown again.

        With `at_once` the older ones expire now, and the tokens of the client are revoked.

        Raises:
            ClientNotFound: No client has this name.
            StorageUnavailable: The secret may or may not have been stored.
        """
        async with self.unit_of_work.begin() as transaction:
            found = await transaction.clients.find(name)
            if found is None:
                raise ClientNotFound
            rotated = await self.changes.rotate_secret(
                transaction, found.client, at_once=at_once, now=self.clock.now()
            )
            await transaction.commit()
        if at_once:
            await self.revoke_again.of_client(found.client.id)
        return rotated
