"""The time in an access token is one before its roles were read.

`Revocation.concerns` recognises by it a token that has the roles from before a change.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from tests.application import A_DEVICE, Application
from tests.fakes import FakeClock, FakeSessionRepository, FakeStorage
from tests.session_helpers import caller_of, refresh

from fastauth.domain.sessions.access_token import AccessToken


class SlowSessions:
    """Answers a minute after it has read the roles."""

    def __init__(self, storage: FakeStorage, clock: FakeClock) -> None:
        self._sessions, self._clock = FakeSessionRepository(storage), clock

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  as the port
            answer = await getattr(self._sessions, name)(*args, **kwargs)
            self._clock.advance(minutes=1)
            return answer

        return call


@pytest.fixture
async def app() -> Application:
    storage, clock = FakeStorage(), FakeClock()
    sessions: Any = SlowSessions(storage, clock)
    app = Application(storage=storage, clock=clock, sessions=sessions)
    await app.a_user()
    return app


async def issued_at(app: Application, access: AccessToken) -> datetime:
    return (await app.container.access_tokens().inspect(access.text)).issued_at


class TestTimeOfIssue:
    async def test_of_a_log_in(self, app: Application) -> None:
        began_at = app.clock.now()
        assert await issued_at(app, (await app.a_log_in()).access) == began_at

    async def test_of_a_renewal(self, app: Application) -> None:
        tokens, began_at = await app.a_log_in(), app.clock.now()
        assert await issued_at(app, (await refresh(app, tokens)).access) == began_at

    async def test_of_a_step_up(self, app: Application) -> None:
        caller = await caller_of(app, await app.a_log_in())
        began_at = app.clock.now()
        access = await app.step_up(caller=caller, password="sntsh", address=A_DEVICE.address)
        assert await issued_at(app, access) == began_at
