"""Fixtures of use cases over fakes.

A `conftest.py` imports those that its tests use. The fixtures of the HTTP API are in another module, as it
takes a second to import the web framework. These import the container when a test uses it: the process that
only distributes the tests reads `conftest.py`, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.application import Application
    from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage

    from fastauth.domain.sessions.access_token import TokenPair


@pytest.fixture
def clock() -> FakeClock:
    from tests.fakes import FakeClock  # noqa: PLC0415  see above

    return FakeClock()


@pytest.fixture
def storage(clock: FakeClock) -> FakeStorage:
    from tests.fakes import FakeStorage  # noqa: PLC0415  see above

    return FakeStorage(clock=clock)


@pytest.fixture
def hasher() -> FakePasswordHasher:
    from tests.fakes import FakePasswordHasher  # noqa: PLC0415  see above

    return FakePasswordHasher()


@pytest.fixture
async def app() -> Application:
    """Use cases over fakes, with one user."""
    from tests.application import Application  # noqa: PLC0415  see above

    app = Application()
    await app.a_user()
    return app


@pytest.fixture
async def tokens(app: Application) -> TokenPair:
    return await app.a_log_in()
