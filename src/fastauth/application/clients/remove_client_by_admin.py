"""Remove a client as an administrator."""

from dataclasses import dataclass

from fastauth.application.accounts.second_revocation import SecondRevocation
from fastauth.application.clients.administered_client import client_of
from fastauth.application.clients.client_changes import ClientChanges
from fastauth.application.delegation.delegation import Delegation
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import WRITE_CLIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveClientByAdmin:
    """Delete a client that holds no more than the acting principal. See `RemoveClient`."""

    delegation: Delegation
    changes: ClientChanges
    revoke_again: SecondRevocation

    async def __call__(self, *, acting: Principal, client_id: ClientId) -> None:
        """Remove the client.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:clients.write``.
            ClientNotFound: No client has this id.
            MorePrivileged: The client holds more than `acting`.
            StorageUnavailable: The client may or may not have been removed.
        """
        async with self.delegation.begin(acting, WRITE_CLIENTS) as act:
            await self.changes.remove(act.transaction, await client_of(act, client_id), now=act.now)
            await act.transaction.commit()
        await self.revoke_again.of_client(client_id)
