"""Fixtures of the unit tests: the HTTP API over fakes, and use cases over fakes."""

import pytest
from tests.application import Application
from tests.application_fixtures import (  # noqa: F401  fixtures
    client,
    clock,
    container,
    hasher,
    instrumentations,
    log,
    mode,
    settings,
    storage,
)

from fastauth.domain.sessions.access_token import TokenPair


@pytest.fixture
async def app() -> Application:
    """Use cases over fakes, with one user."""
    app = Application()
    await app.a_user()
    return app


@pytest.fixture
async def tokens(app: Application) -> TokenPair:
    return await app.a_log_in()
