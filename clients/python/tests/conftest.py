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
