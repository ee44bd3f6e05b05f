"""Rename a user."""

import pytest
from tests.application import Application
from tests.builders import a_new_user
from tests.session_helpers import event_now

from fastauth.domain.accounts.errors import UsernameTaken, UserNotFound
from fastauth.domain.audit.event import EventType
from fastauth.domain.errors import InvalidInput


class TestRenameUser:
    async def test_account_is_found_by_the_new_name_alone(self, app: Application) -> None:
        renamed = await app.container.rename_user()(username="SANTOSH", new_username="Ann")
        assert renamed.username.display == "Ann"
        assert await app.find_user(username="ann") == renamed
        with pytest.raises(UserNotFound):
            await app.find_user(username="santosh")
        assert app.storage.events[-1] == event_now(app, EventType.USER_RENAMED, user_id=renamed.id)
        assert await app.a_log_in("ann")

    async def test_taken_name_changes_nothing(self, app: Application) -> None:
        await app.a_user("ann")
        with pytest.raises(UsernameTaken):
            await app.container.rename_user()(username="santosh", new_username="ANN")
        assert EventType.USER_RENAMED not in app.event_types()

    async def test_new_name_has_no_at_sign(self, app: Application) -> None:
        await app.container.users().add(a_new_user("bob@example.com"))
        with pytest.raises(InvalidInput):
            await app.container.rename_user()(username="bob@example.com", new_username="bob＠example.org")
        assert await app.container.rename_user()(username="Bob@example.com", new_username="bob")
