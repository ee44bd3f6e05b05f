"""A client of the service of the session, and what a service in the process of the tests logs."""

from collections.abc import Iterator

import pytest
from tests.application_fixtures import log, mode  # noqa: F401  fixtures
from tests.harness.service import Client, Service


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with service.client() as client:
        yield client
