"""Port to stored clients."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.clients.client import Client
from fastauth.domain.clients.client_id import ClientId
from fastauth.domain.clients.registered_client import ClientSecret, RegisteredClient


class ClientRepository(Protocol):
    """The clients of the installation, which are few."""

    async def load(self, *, after: str = "", limit: int | None = None) -> tuple[RegisteredClient, ...]:
        """Return clients with their secrets, in the order of their names, from behind the name `after`."""

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        """Return the client with this id."""

    async def find(self, name: str) -> RegisteredClient | None:
        """Return the client with this name."""

    async def add(self, client: Client, secret: ClientSecret) -> None:
        """Store a client with its first secret.

        Raises:
            ClientExists: Another client has this name.
        """

    async def rotate(self, client_id: ClientId, secret: ClientSecret, *, old_expires_at: datetime) -> bool:
        """Add a secret to a client; return whether there is one with this id.

        The newest of its other secrets expires at `old_expires_at`, the others when `secret` is made: there
        are two at most.
        """

    async def update(self, client: Client) -> bool:
        """Store permissions, audiences and `disabled_at`; return whether there is a client with this id."""

    async def touch(self, client_id: ClientId, *, now: datetime) -> None:
        """Store that the client was used, unless a use was stored within `LAST_USE_INTERVAL`."""

    async def remove(self, client_id: ClientId) -> bool:
        """Delete a client and its secrets; return whether there was one with this id."""
