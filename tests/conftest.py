from collections.abc import Iterator

import pytest
from tests.harness import fork_server


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def forked_services() -> Iterator[None]:
    """Fork every service that a test starts."""
    with fork_server.forked_services():
        yield
