"""Services authenticate by keys that are stored as digests and can be rotated."""

from datetime import timedelta

import pytest
from tests.application import A_SECRET_KEY, Application
from tests.contracts.services.service_repository import NOW, ServiceRepositoryContract
from tests.fakes import FakeServiceRepository, FakeStorage

from fastauth.domain.errors import InvalidInput
from fastauth.domain.principals.errors import NotPermitted
from fastauth.domain.secret_key import SecretKey
from fastauth.domain.services.errors import InvalidServiceKey, ServiceExists
from fastauth.domain.services.service import (
    READ_REVOCATIONS,
    Service,
    ServiceKeyCodec,
    parse_service_name,
)

ANOTHER_SECRET_KEY = SecretKey(b"another secret key of the tests, 32 bytes")


class TestFakeServiceRepository(ServiceRepositoryContract):
    @pytest.fixture
    def services(self) -> FakeServiceRepository:
        return FakeServiceRepository(FakeStorage())


class TestServiceKeyCodec:
    def test_key_is_found_under_each_secret_key(self) -> None:
        old, both = ServiceKeyCodec(A_SECRET_KEY), ServiceKeyCodec(ANOTHER_SECRET_KEY, A_SECRET_KEY)
        key = old.issue()
        assert both.digests(key.text)[1:] == (key.digest,)
        assert key.digest not in ServiceKeyCodec(ANOTHER_SECRET_KEY).digests(key.text)

    def test_other_texts_have_no_digest(self) -> None:
        codec = ServiceKeyCodec(A_SECRET_KEY)
        text = codec.issue().text
        for other in ("", text[:-1], text + "a", text[6:], f" {text}", text[:-1] + "\n", "fa_rt_" + text[6:]):
            assert codec.digests(other) == ()

    def test_repr_hides_the_key(self) -> None:
        key = ServiceKeyCodec(A_SECRET_KEY).issue()
        assert key.text not in repr(key)
        assert repr(key.digest) not in repr(key)


class TestAuthenticateService:
    async def test_key_of_a_service(self, app: Application) -> None:
        key = await app.container.create_service()(name="orders")
        service = await app.container.authenticate_service()(key=key.text)
        assert (service.name, service.created_at) == ("orders", app.clock.now())
        service.require(READ_REVOCATIONS)
        assert key.text not in repr(app.storage)

    async def test_other_keys_are_rejected(self, app: Application) -> None:
        key = await app.container.create_service()(name="orders")
        tokens = await app.a_log_in()
        flipped = key.text[:-1] + ("A" if key.text[-1] != "A" else "B")
        for text in ("", "x", flipped, tokens.access.text, tokens.refresh):
            with pytest.raises(InvalidServiceKey):
                await app.container.authenticate_service()(key=text)

    async def test_keys_overlap_for_a_day_after_a_rotation(self, app: Application) -> None:
        old = await app.container.create_service()(name="orders")
        new = await app.container.rotate_service_key()(name="orders")
        authenticate = app.container.authenticate_service()
        app.clock.advance(timedelta(hours=24) - timedelta(microseconds=1))
        assert await authenticate(key=old.text) == await authenticate(key=new.text)
        app.clock.advance(microseconds=1)
        with pytest.raises(InvalidServiceKey):
            await authenticate(key=old.text)
        assert await authenticate(key=new.text)

    async def test_rotation_at_once_ends_the_old_key(self, app: Application) -> None:
        old = await app.container.create_service()(name="orders")
        await app.container.rotate_service_key()(name="orders", at_once=True)
        with pytest.raises(InvalidServiceKey):
            await app.container.authenticate_service()(key=old.text)

    async def test_removed_service_is_rejected_after_five_seconds(self, app: Application) -> None:
        key = await app.container.create_service()(name="orders")
        authenticate = app.container.authenticate_service()
        assert await authenticate(key=key.text)
        await app.container.services().remove("orders")
        app.clock.advance(seconds=5)
        with pytest.raises(InvalidServiceKey):
            await authenticate(key=key.text)

    async def test_flood_of_wrong_keys_costs_one_statement_in_five_seconds(self, app: Application) -> None:
        services = FakeServiceRepository(app.storage)
        app.container.services.override(services)
        codec, authenticate = app.container.service_keys(), app.container.authenticate_service()
        for _ in range(100):
            with pytest.raises(InvalidServiceKey):
                await authenticate(key=codec.issue().text)
        assert services.loads == 1


class TestCreateService:
    async def test_name_is_unique(self, app: Application) -> None:
        await app.container.create_service()(name="orders")
        with pytest.raises(ServiceExists):
            await app.container.create_service()(name="orders")

    def test_rejects_names(self) -> None:
        for name in ("", "Orders", "a b", "0a", "a" * 41, "a\n", "é"):
            with pytest.raises(InvalidInput):
                parse_service_name(name)


def test_service_without_the_permission_is_refused() -> None:
    service = Service(name="orders", created_at=NOW, permissions=frozenset())
    with pytest.raises(NotPermitted):
        service.require(READ_REVOCATIONS)
