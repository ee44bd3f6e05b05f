"""Revoke the sessions of a user."""

import pytest
from tests.application import Application
from tests.builders import a_policy

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.audit.event import Event, EventType
from fastauth.domain.sessions.errors import InvalidAccessToken


@pytest.fixture
async def app() -> Application:
    app = Application(password_policy=a_policy(reject_user_attributes=True))
    await app.a_user()
    return app


class TestRevokeSessions:
    async def test_revokes_all_sessions(self, app: Application) -> None:
        tokens = [await app.a_log_in(), await app.a_log_in()]
        assert await app.revoke_sessions(username="SANTOSH") == 2
        for each in tokens:
            with pytest.raises(InvalidAccessToken):
                await app.authenticate(access_token=each.access.text)
        (user,) = app.storage.users.values()
        assert app.storage.events[-1] == Event(
            type=EventType.LOGGED_OUT, occurred_at=app.clock.now(), user_id=user.id
        )
        assert await app.revoke_sessions(username="santosh") == 0

    async def test_other_users_sessions_stay(self, app: Application) -> None:
        await app.a_user("ann")
        tokens = await app.a_log_in("ann")
        assert await app.revoke_sessions(username="santosh") == 0
        assert await app.authenticate(access_token=tokens.access.text)

    async def test_unknown_user_is_not_found(self, app: Application) -> None:
        with pytest.raises(UserNotFound):
            await app.revoke_sessions(username="nobody")
