"""An application with rate limits and one user."""

import pytest
from tests.application import RateLimitedApplication


@pytest.fixture
async def app() -> RateLimitedApplication:
    app = RateLimitedApplication()
    await app.a_user()
    return app
