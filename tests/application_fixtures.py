"""Fixtures of the HTTP API over fakes, in one process: no socket, no database.

A `conftest.py` imports those that its tests use.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import redirect_stderr
from functools import cache
from io import StringIO
from typing import Any

import httpx2
import pytest
import structlog
from tests.application import fakes_over
from tests.container_pool import a_container
from tests.fakes import FakePasswordHasher, FakeStorage

from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.observability import logging_config
from fastauth.entrypoints.observability.instrumentation import Instrumentations
from fastauth.entrypoints.settings import Mode, Settings


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Return the settings of every test that has none of its own; they are immutable."""
    return Settings(secret_key="the secret key of the tests, 32 bytes")  # type: ignore[arg-type]  # pydantic reads it


@pytest.fixture
def mode() -> Mode:
    return Mode.PRODUCTION


@pytest.fixture
def log(mode: Mode) -> Iterator[StringIO]:
    """Return everything that is logged, in the format of `mode`."""
    lines = StringIO()
    handler, root = logging.StreamHandler(lines), logging.getLogger()
    with redirect_stderr(lines):
        handler.setFormatter(logging_config.set_up(mode))
    root.addHandler(handler)
    yield lines
    root.removeHandler(handler)
    structlog.reset_defaults()


@pytest.fixture
def instrumentations() -> Instrumentations:
    return ()


@pytest.fixture
async def container(
    settings: Settings,
    instrumentations: Instrumentations,
    storage: FakeStorage,
    hasher: FakePasswordHasher,
) -> Container:
    container = a_container(
        settings=settings, instrumentations=instrumentations, **fakes_over(storage, hasher)
    )
    await container.rotate_keys()()
    return container


@cache
def _openapi_document() -> dict[str, Any]:
    return create_app(a_container(settings=Settings(docs=True))).openapi()


@pytest.fixture
def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document, which no test changes: FastAPI takes half a second to make it.

    It is made once, whichever `conftest.py` has this fixture.
    """
    return _openapi_document()


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_app(container), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://fastauth") as client:
        yield client
