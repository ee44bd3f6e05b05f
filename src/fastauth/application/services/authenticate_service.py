"""Authenticate a service by its key."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastauth.domain.clock import Clock
from fastauth.domain.services.errors import InvalidServiceKey
from fastauth.domain.services.ports import ServiceRepository
from fastauth.domain.services.service import Service, ServiceKey, ServiceKeyCodec, ServiceKeyDigest

RELOAD_AFTER = timedelta(seconds=5)
"""Maximum age of the loaded services: how long a removed key may still be accepted."""


@dataclass(slots=True, kw_only=True)
class AuthenticateService:
    """Return the service of a service key.

    All services are loaded at once and kept for five seconds. So neither a service that polls nor a flood of
    wrong keys costs a statement for each request.
    """

    services: ServiceRepository
    codec: ServiceKeyCodec
    clock: Clock
    _known: dict[ServiceKeyDigest, tuple[Service, ServiceKey]] = field(default_factory=dict, init=False)
    _loaded_at: datetime | None = field(default=None, init=False)

    async def __call__(self, *, key: str) -> Service:
        """Return the service whose key this is.

        Raises:
            InvalidServiceKey: It is no key of a service, or it has expired.
            StorageUnavailable: Try again later.
        """
        now = self.clock.now()
        digests = self.codec.digests(key)
        if not digests:
            raise InvalidServiceKey
        if self._loaded_at is None or not timedelta(0) <= now - self._loaded_at < RELOAD_AFTER:
            self._known = {
                key.digest: (registered.service, key)
                for registered in await self.services.load()
                for key in registered.keys
            }
            self._loaded_at = now
        for digest in digests:
            service, stored = self._known.get(digest, (None, None))
            if service and stored and stored.is_valid(now):
                return service
        raise InvalidServiceKey
