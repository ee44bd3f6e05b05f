"""The whole application over fakes: real HTTP edge to edge, no socket, no database."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.fakes import FakePasswordHasher, FakeUserRepository

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings


@pytest.fixture
def users() -> FakeUserRepository:
    return FakeUserRepository()


@pytest.fixture
def hasher() -> FakePasswordHasher:
    return FakePasswordHasher()


@pytest.fixture
def container(users: FakeUserRepository, hasher: FakePasswordHasher) -> Container:
    return Container(settings=Settings(), users=users, hasher=hasher)


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_app(container), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
        yield client
