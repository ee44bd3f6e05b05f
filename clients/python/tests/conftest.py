from collections.abc import AsyncIterator

import httpx2
import pytest
from clients.python.tests.fakes import FakeClock, FakeIssuerServer


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def server() -> FakeIssuerServer:
    return FakeIssuerServer()


@pytest.fixture
async def http(server: FakeIssuerServer) -> AsyncIterator[httpx2.AsyncClient]:
    async with server.client() as client:
        yield client
