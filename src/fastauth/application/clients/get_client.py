"""Get a client."""

from dataclasses import dataclass

from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clients.errors import ClientNotFound
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clients.registered_client import RegisteredClient
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_CLIENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class GetClient:
    """Return a client with its secrets, of which only the times are known."""

    clients: ClientRepository

    async def __call__(self, *, acting: Principal, client_id: ClientId) -> RegisteredClient:
        """Return the client.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:clients.read``.
            ClientNotFound: No client has this id.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_CLIENTS)
        found = await self.clients.get(client_id)
        if found is None:
            raise ClientNotFound
        return found
