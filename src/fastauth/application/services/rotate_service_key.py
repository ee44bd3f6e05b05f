"""Give a service a new key."""

from dataclasses import dataclass

from fastauth.domain.clock import Clock
from fastauth.domain.services.ports import ServiceRepository
from fastauth.domain.services.service import ROTATION_OVERLAP, NewServiceKey, ServiceKey, ServiceKeyCodec


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateServiceKey:
    """Make a new key for a service. The old ones stay valid for a day, or end at once."""

    services: ServiceRepository
    codec: ServiceKeyCodec
    clock: Clock

    async def __call__(self, *, name: str, at_once: bool = False) -> NewServiceKey:
        """Return the key, which is never shown again. With `at_once` the old keys expire now.

        Raises:
            ServiceNotFound: No service has this name.
            StorageUnavailable: The key may or may not have been stored.
        """
        key, now = self.codec.issue(), self.clock.now()
        old_expire_at = now if at_once else now + ROTATION_OVERLAP
        new = ServiceKey(digest=key.digest, created_at=now)
        await self.services.rotate(name, new, old_expire_at=old_expire_at)
        return key
