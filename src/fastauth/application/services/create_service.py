"""Create a service."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.services.ports import ServiceRepository
from fastauth.domain.services.service import (
    NewServiceKey,
    Service,
    ServiceKey,
    ServiceKeyCodec,
    parse_service_name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateService:
    """Store a service and return its first key."""

    services: ServiceRepository
    codec: ServiceKeyCodec
    clock: Clock

    async def __call__(self, *, name: str) -> NewServiceKey:
        """Return the key, which is never shown again.

        Raises:
            InvalidInput: The name has not the form of one.
            ServiceExists: Another service has this name.
            StorageUnavailable: The service may or may not have been stored.
        """
        key, now = self.codec.issue(), self.clock.now()
        service = Service(name=parse_service_name(name), created_at=now)
        await self.services.add(service, ServiceKey(digest=key.digest, created_at=now))
        return key
