"""Port to stored services."""

from datetime import datetime
from typing import Protocol

from fastauth.domain.services.service import RegisteredService, Service, ServiceKey


class ServiceRepository(Protocol):
    """The services of the installation, which are few."""

    async def load(self) -> tuple[RegisteredService, ...]:
        """Return all services with their keys, in the order of their names."""

    async def add(self, service: Service, key: ServiceKey) -> None:
        """Store a service with its first key.

        Raises:
            ServiceExists: Another service has this name.
        """

    async def rotate(self, name: str, key: ServiceKey, *, old_expire_at: datetime) -> None:
        """Add a key to a service. Its other keys expire at `old_expire_at` if they do not before.

        Raises:
            ServiceNotFound: No service has this name.
        """

    async def remove(self, name: str) -> None:
        """Delete a service and its keys.

        Raises:
            ServiceNotFound: No service has this name.
        """
