"""Authentication by an access token."""

import pytest
from tests.application import Application
from tests.session_helpers import caller_of, refresh

from fastauth.domain.sessions.access_token import TokenPair
from fastauth.domain.sessions.errors import InvalidAccessToken, StepUpRequired


class TestAuthenticate:
    async def test_rejects_expired_token(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(seconds=299)
        assert await caller_of(app, tokens)
        app.clock.advance(seconds=1)
        with pytest.raises(InvalidAccessToken):
            await caller_of(app, tokens)

    async def test_rejects_malformed_token(self, app: Application) -> None:
        with pytest.raises(InvalidAccessToken):
            await app.authenticate(access_token="anything")

    async def test_accepts_earlier_token_of_active_session(self, app: Application, tokens: TokenPair) -> None:
        await refresh(app, tokens)
        assert await caller_of(app, tokens)


class TestRecentAuthentication:
    """Some requests need a log-in that is at most ten minutes old, whatever was refreshed since."""

    async def test_is_demanded_after_ten_minutes(self, app: Application, tokens: TokenPair) -> None:
        app.clock.advance(minutes=10)
        tokens = await refresh(app, tokens)
        caller = await caller_of(app, tokens)
        caller.check_recent_authentication(app.clock.now())
        app.clock.advance(seconds=1)
        with pytest.raises(StepUpRequired):
            caller.check_recent_authentication(app.clock.now())
