"""What a `ServiceRepository` promises."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from secrets import token_bytes

import pytest
from tests.builders import a_name

from fastauth.domain.services.errors import ServiceExists, ServiceNotFound
from fastauth.domain.services.ports import ServiceRepository
from fastauth.domain.services.service import RegisteredService, Service, ServiceKey, ServiceKeyDigest

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def a_service() -> Service:
    return Service(name=a_name().lower(), created_at=NOW, permissions=frozenset({"a:read", "b:read"}))


def a_key(*, at: datetime = NOW) -> ServiceKey:
    return ServiceKey(digest=ServiceKeyDigest(token_bytes(32)), created_at=at)


class ServiceRepositoryContract(ABC):
    @abstractmethod
    @pytest.fixture
    def services(self) -> ServiceRepository: ...

    async def found(self, services: ServiceRepository, service: Service) -> RegisteredService | None:
        return next((each for each in await services.load() if each.service == service), None)

    async def test_loads_services_in_the_order_of_their_names(self, services: ServiceRepository) -> None:
        service, key = a_service(), a_key()
        await services.add(service, key)
        assert await self.found(services, service) == RegisteredService(service=service, keys=(key,))
        names = [each.service.name for each in await services.load()]
        assert names == sorted(names)

    async def test_name_is_unique(self, services: ServiceRepository) -> None:
        service, key = a_service(), a_key()
        await services.add(service, key)
        with pytest.raises(ServiceExists):
            await services.add(service, a_key())
        assert await self.found(services, service) == RegisteredService(service=service, keys=(key,))

    async def test_rotation_ends_older_keys_and_prolongs_none(self, services: ServiceRepository) -> None:
        service, first, second, third = (
            a_service(),
            a_key(),
            a_key(at=LATER),
            a_key(at=LATER + timedelta(hours=1)),
        )
        await services.add(service, first)
        await services.rotate(service.name, second, old_expire_at=LATER)
        found = await self.found(services, service)
        assert found
        assert [key.expires_at for key in found.keys] == [None, LATER]
        await services.rotate(service.name, third, old_expire_at=LATER + timedelta(hours=2))
        found = await self.found(services, service)
        assert found
        by_digest = {key.digest: key.expires_at for key in found.keys}
        assert by_digest == {
            third.digest: None,
            second.digest: LATER + timedelta(hours=2),
            first.digest: LATER,
        }

    async def test_removed_service_is_gone(self, services: ServiceRepository) -> None:
        service = a_service()
        await services.add(service, a_key())
        await services.remove(service.name)
        assert await self.found(services, service) is None
        with pytest.raises(ServiceNotFound):
            await services.remove(service.name)
        with pytest.raises(ServiceNotFound):
            await services.rotate(service.name, a_key(), old_expire_at=NOW)
