"""Fixtures of use cases over fakes.

A `conftest.py` imports those that its tests use. The fixtures of the HTTP API are in another module, as it
takes a second to import the web framework.
"""

import pytest
from tests.application import Application
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage
from tests.fakes.at_once import result_of

from fastauth.domain.sessions.access_token import TokenPair


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage(clock: FakeClock) -> FakeStorage:
    return FakeStorage(clock=clock)


@pytest.fixture
def hasher() -> FakePasswordHasher:
    return FakePasswordHasher()


@pytest.fixture
def app() -> Application:
    """Use cases over fakes, with one user."""
    app = Application()
    result_of(app.a_user())
    return app


@pytest.fixture
def tokens(app: Application) -> TokenPair:
    return result_of(app.a_log_in())
