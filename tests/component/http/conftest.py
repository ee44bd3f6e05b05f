"""An account and its tokens, over HTTP."""

import httpx2
import pytest
from tests.builders import a_registration
from tests.http_helpers import ANN, TokenPair, log_in
from tests.page_helpers import Browser


@pytest.fixture
async def ann(client: httpx2.AsyncClient) -> None:
    await client.post("/users/register", json=a_registration(**ANN, fullname="Ann Lee"))


@pytest.fixture
async def tokens(client: httpx2.AsyncClient, ann: None) -> TokenPair:
    return await log_in(client)


@pytest.fixture
def browser(client: httpx2.AsyncClient) -> Browser:
    return Browser(client)


@pytest.fixture
def another(client: httpx2.AsyncClient) -> Browser:
    """Another browser."""
    return Browser(client)
