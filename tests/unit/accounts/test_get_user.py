"""Get a user."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.application import Application
from tests.builders import a_credential, a_new_user, a_policy, an_address

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.passkeys.passkey import PasskeyName, UserHandle
from fastauth.domain.sessions.session import PAGE_SIZE, SessionId


@pytest.fixture
async def app() -> Application:
    app = Application(password_policy=a_policy(reject_user_attributes=True))
    await app.a_user()
    return app


class TestGetUser:
    async def test_returns_account_and_active_sessions(self, app: Application) -> None:
        await app.a_log_in()
        app.clock.advance(minutes=1)
        await app.a_log_in()
        found = await app.get_user(username="Santosh")
        assert found.user.username.display == "santosh"
        newest, oldest = found.sessions
        assert newest.created_at - oldest.created_at == timedelta(minutes=1)

    async def test_has_the_credentials_of_the_account(self, app: Application) -> None:
        found = await app.get_user(username="santosh")
        assert (found.has_password, found.passkeys) == (True, 0)
        user = await app.container.users().add(a_new_user("ann"))
        handle, name, now = UserHandle(bytes(32)), PasskeyName("Phone"), app.clock.now()
        await app.container.passkeys().add(user.id, a_credential(), handle=handle, name=name, now=now)
        found = await app.get_user(username="ann")
        assert (found.has_password, found.passkeys) == (False, 1)

    async def test_returns_addresses(self, app: Application) -> None:
        await app.a_verified_address("ann@example.com")
        addresses = (await app.get_user(username="santosh")).addresses
        assert addresses.verified
        assert addresses.verified.address == an_address("ann@example.com")

    async def test_returns_date_of_disabling(self, app: Application) -> None:
        await app.a_log_in()
        await app.disable_user(username="santosh")
        found = await app.get_user(username="santosh")
        assert (found.user.disabled_at, found.sessions) == (app.clock.now(), [])

    async def test_unknown_user_is_not_found(self, app: Application) -> None:
        with pytest.raises(UserNotFound):
            await app.get_user(username="nobody")

    async def test_lists_at_most_100_sessions(self, app: Application) -> None:
        await app.a_log_in()
        (session,) = app.storage.sessions.values()
        for number in range(PAGE_SIZE):
            twin = replace(session, id=SessionId(f"{number:032x}"))
            app.storage.sessions[twin.id] = twin
        found = await app.get_user(username="santosh")
        assert len(found.sessions) == PAGE_SIZE == 100
