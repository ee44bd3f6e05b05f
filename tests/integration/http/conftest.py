"""A client of the service of the session."""

from collections.abc import Iterator

import pytest
from tests.harness.service import Client, Service


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with service.client() as client:
        yield client
