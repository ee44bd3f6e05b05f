"""List the clients."""

from dataclasses import dataclass

from fastauth.domain.administration.errors import NOT_A_PLACE
from fastauth.domain.clients.client import RegisteredClient
from fastauth.domain.clients.ports import ClientRepository
from fastauth.domain.errors import InvalidInput
from fastauth.domain.principals.principal import Principal
from fastauth.domain.roles.permissions import READ_CLIENTS
from fastauth.domain.sealed_cursor import SealedCursors

MAX_LIMIT = 200
"""Clients in one page."""

DEFAULT_LIMIT = 50
_LIST = "clients"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """A page of clients, in the order of their names."""

    clients: tuple[RegisteredClient, ...]
    next: str | None
    """The cursor of the next page; ``None`` after the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListClients:
    """Return clients with their secrets, of which only the times are known."""

    clients: ClientRepository
    cursors: SealedCursors

    async def __call__(
        self, *, acting: Principal, after: str | None = None, limit: int = DEFAULT_LIMIT
    ) -> ClientPage:
        """Return a page of at most `limit` clients; `after` is the cursor of the page before.

        Raises:
            NotPermitted: `acting` lacks ``fastauth:clients.read``.
            InvalidInput: The cursor is not of this list.
            StorageUnavailable: Try again later.
        """
        acting.require(READ_CLIENTS)
        position = ("",) if after is None else self.cursors.open(_LIST, after)
        if position is None:
            raise InvalidInput(NOT_A_PLACE)
        found = await self.clients.load(after=str(position[0]), limit=limit + 1)
        page = found[:limit]
        following = self.cursors.seal(_LIST, page[-1].client.name) if len(found) > limit else None
        return ClientPage(clients=page, next=following)
