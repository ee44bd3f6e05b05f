"""Set the password of a user."""

import pytest
from tests.application import Application
from tests.builders import a_password_hash, a_policy
from tests.fakes import FakePasswordHasher, FakeStorage

from fastauth.domain.accounts.errors import UserNotFound
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput
from fastauth.domain.passwords.errors import InvalidCredentials
from fastauth.domain.passwords.password import Password, PasswordHash
from fastauth.domain.sessions.errors import InvalidAccessToken


@pytest.fixture
async def app() -> Application:
    app = Application(password_policy=a_policy(reject_user_attributes=True))
    await app.a_user()
    return app


class RenewedMeanwhile(FakePasswordHasher):
    """While it hashes, a log-in renews the hash that is stored."""

    def __init__(self, storage: FakeStorage) -> None:
        super().__init__()
        self._storage = storage

    async def hash(self, password: Password) -> PasswordHash:
        for user_id in self._storage.passwords:
            self._storage.passwords[user_id] = a_password_hash("renewed")
        return await super().hash(password)


class TestSetPassword:
    async def test_replaces_password_and_revokes_all_sessions(self, app: Application) -> None:
        tokens = await app.a_log_in()
        await app.set_password(username="Santosh", password="another one")
        with pytest.raises(InvalidAccessToken):
            await app.authenticate(access_token=tokens.access.text)
        with pytest.raises(InvalidCredentials):
            await app.a_log_in()
        assert await app.a_log_in(password="another one")

    async def test_records_an_event(self, app: Application) -> None:
        user = await app.set_password(username="santosh", password="another one")
        *_, event = app.storage.events
        assert (event.type, event.user_id, event.session_id) == (EventType.PASSWORD_CHANGED, user.id, None)
        assert event.occurred_at == app.clock.now()

    @pytest.mark.parametrize("password", ["", "santosh1", "Kumar!"])
    async def test_applies_password_policy(self, app: Application, password: str) -> None:
        with pytest.raises(InvalidInput):
            await app.set_password(username="santosh", password=password)
        assert EventType.PASSWORD_CHANGED not in {event.type for event in app.storage.events}
        assert await app.a_log_in()

    async def test_disabled_account_stays_disabled(self, app: Application) -> None:
        await app.disable_user(username="santosh")
        await app.set_password(username="santosh", password="another one")
        with pytest.raises(InvalidCredentials):
            await app.a_log_in(password="another one")

    async def test_unknown_user_is_not_found(self, app: Application) -> None:
        with pytest.raises(UserNotFound):
            await app.set_password(username="nobody", password="another one")
        assert app.hasher.hashed == 1

    async def test_wins_over_concurrent_hash_upgrade(self) -> None:
        storage = FakeStorage()
        app = Application(storage=storage, hasher=RenewedMeanwhile(storage))
        await app.a_user()
        await app.set_password(username="santosh", password="another one")
        assert await app.a_log_in(password="another one")
        kinds = [event.type for event in app.storage.events]
        assert kinds.count(EventType.PASSWORD_CHANGED) == 1
