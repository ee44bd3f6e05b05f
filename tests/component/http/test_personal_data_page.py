"""``/account/data`` and ``/account/close``."""

import re
from datetime import timedelta

import httpx2
import pytest
from tests.account_helpers import OwnBrowser, own_browser
from tests.application import fakes_over
from tests.container_pool import a_container
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage
from tests.page_helpers import Page

from fastauth.entrypoints.http.app import create_app
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode

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

    async def test_second_one_is_refused_with_its_time(
        self, settings: Settings, storage: FakeStorage, clock: FakeClock
    ) -> None:
        limited = settings.model_copy(update={"rate_limits": True})
        container = a_container(settings=limited, **fakes_over(storage, FakePasswordHasher()))
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(create_app(container)), base_url="http://x"
        ) as client:
            browser = await own_browser(client)
            await browser.act("/account/data")
            clock.advance(timedelta(hours=1))
            browser = await own_browser(client)
            page = Page(await browser.act("/account/data"))
        assert (page.status, page.title) == (429, "Export your data")
        assert (
            page.error
            == "You have exported your data already. You can do it again from 23 Nov 2026 12:00 UTC."
        )
        assert "Download the file" not in page.text


class TestClose:
    async def test_shows_the_day_and_ends_the_session(self, browser: OwnBrowser) -> None:
        page = await browser.open("/account/close")
        refused = await browser.refused("/account/close", confirm="bob")
        assert refused.error == "This is not the username of the account."
        closed = Page(await browser.act("/account/close", confirm="ann"))
        assert closed.title == "Your account is closed"
        (day,) = re.findall(r"erased on ([^.]+)\.", closed.text)
        assert f"erased on {day}." in page.text
        assert f"erased on {day}." in refused.text
        assert not await browser.is_logged_in()


class TestCloseWithoutMail:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"mail": MailMode.OFF})

    async def test_promises_no_link(self, browser: OwnBrowser) -> None:
        page = await browser.open("/account/close")
        closed = Page(await browser.act("/account/close", confirm="ann"))
        for each in (page, closed):
            assert "Until then only an administrator can keep it." in each.text
            assert "mail" not in each.text
