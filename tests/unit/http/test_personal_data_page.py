"""``/account/data`` and ``/account/close``."""

import re

import httpx2
import pytest
from tests.account_helpers import OwnBrowser, own_browser
from tests.page_helpers import Page

pytestmark = pytest.mark.usefixtures("ann")


@pytest.fixture
async def browser(client: httpx2.AsyncClient, ann: None) -> OwnBrowser:
    return await own_browser(client)


class TestExport:
    async def test_is_a_file(self, browser: OwnBrowser) -> None:
        assert (await browser.open("/account/data")).title == "Export your data"
        answer = await browser.act("/account/data")
        assert answer.headers["content-disposition"] == 'attachment; filename="account.json"'
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["user_id"] == "1"


class TestClose:
    async def test_tells_the_day_and_ends_the_session(self, browser: OwnBrowser) -> None:
        page = await browser.open("/account/close")
        refused = await browser.refused("/account/close", confirm="bob")
        assert refused.error == "This is not the username of the account."
        closed = Page(await browser.act("/account/close", confirm="ann"))
        assert closed.title == "Your account is closed"
        (day,) = re.findall(r"erased on ([^.]+)\.", closed.text)
        assert f"erased on {day}." in page.text
        assert f"erased on {day}." in refused.text
        assert not await browser.is_logged_in()
