"""List the clients."""

from dataclasses import dataclass

from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.clients.registered_client import RegisteredClient
from fastauth.domain.list_cursor import CursorCodec, ListPage
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_CLIENTS

MAX_LIMIT = 200
"""Clients in one page."""

DEFAULT_LIMIT = 50
_LIST = "clients"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListClients:
    """List clients in the order of their names, with their secrets, of which only the times are known."""

    clients: ClientRepository
    cursors: CursorCodec

    async def __call__(
        self, *, acting: Principal, after: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> ListPage[RegisteredClient]:
        """Return a page of at most `limit` clients; `after` is the cursor of the page before.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:clients.read``.
            InvalidInput: The cursor is not of this list.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_CLIENTS)
        position = self.cursors.position(_LIST, after)
        behind = str(position[0]) if position else ""
        found = await self.clients.load(after=behind, limit=limit + 1)
        return self.cursors.page(_LIST, found, limit=limit, position=lambda each: (each.client.name,))
