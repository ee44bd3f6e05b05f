"""List all users."""

import pytest
from tests.application import Application
from tests.builders import a_policy

from fastauth.application.accounts.list_users import PAGE_SIZE


@pytest.fixture
async def app() -> Application:
    app = Application(password_policy=a_policy(reject_user_attributes=True))
    await app.a_user()
    return app


async def names(app: Application, *, disabled: bool | None = None) -> list[str]:
    return [user.username.display async for page in app.list_users(disabled=disabled) for user in page]


class TestListUsers:
    async def test_lists_all_users_by_id(self, app: Application) -> None:
        others = [f"ann{number}" for number in range(2 * PAGE_SIZE)]
        for name in others:
            await app.a_user(name)
        assert await names(app) == ["santosh", *others]
        assert [len(page) async for page in app.list_users()] == [PAGE_SIZE, PAGE_SIZE, 1]

    async def test_filters_by_disabled(self, app: Application) -> None:
        await app.a_user("ann")
        await app.disable_user(username="ann")
        assert await names(app, disabled=True) == ["ann"]
        assert await names(app, disabled=False) == ["santosh"]
