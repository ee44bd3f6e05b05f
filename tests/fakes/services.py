"""Services in memory."""

from dataclasses import replace
from datetime import datetime

from tests.fakes.storage import FakeStorage

from fastauth.domain.services.errors import ServiceExists, ServiceNotFound
from fastauth.domain.services.service import RegisteredService, Service, ServiceKey


class FakeServiceRepository:
    def __init__(self, storage: FakeStorage) -> None:
        self.storage = storage
        self.loads = 0

    async def load(self) -> tuple[RegisteredService, ...]:
        self.loads += 1
        return tuple(service for _, service in sorted(self.storage.services.items()))

    async def add(self, service: Service, key: ServiceKey) -> None:
        if service.name in self.storage.services:
            raise ServiceExists
        self.storage.services[service.name] = RegisteredService(service=service, keys=(key,))

    async def rotate(self, name: str, key: ServiceKey, *, old_expire_at: datetime) -> None:
        if name not in self.storage.services:
            raise ServiceNotFound
        before = self.storage.services[name]
        old = (
            replace(each, expires_at=min(each.expires_at or old_expire_at, old_expire_at))
            for each in before.keys
        )
        self.storage.services[name] = replace(before, keys=(key, *old))

    async def remove(self, name: str) -> None:
        if self.storage.services.pop(name, None) is None:
            raise ServiceNotFound
