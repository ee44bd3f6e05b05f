"""``/log-out``: the session and its cookie end, and nothing is left in the browser."""

import pytest
from tests.fakes import FakeStorage
from tests.page_helpers import Browser

from fastauth.domain.audit.event import EventType

pytestmark = pytest.mark.usefixtures("ann")
SESSION, DEVICE = "__Host-fa_session", "__Host-fa_device"


class TestLogOut:
    async def test_ends_the_session_and_takes_the_cookie(
        self, browser: Browser, another: Browser, storage: FakeStorage
    ) -> None:
        await browser.log_in()
        another.cookies = dict(browser.cookies)
        answer = await browser.post("/log-out", csrf_token=await browser.csrf_token())
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
        (set_cookie,) = browser.set_cookies
        assert set_cookie == f'{SESSION}=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax; Secure'
        assert not await another.is_logged_in(), "the session ended, not only the cookie"
        assert [each.type for each in storage.events][-1] == EventType.LOGGED_OUT

    async def test_get_does_not_log_out(self, browser: Browser) -> None:
        await browser.log_in()
        for method in ("GET", "HEAD"):
            await browser.request(method, "/log-out?csrf_token=" + await browser.csrf_token())
        assert await browser.is_logged_in()

    async def test_without_a_session(self, browser: Browser) -> None:
        for cookie in ("", "A" * 43, "x"):
            browser.cookies = {SESSION: cookie} if cookie else {}
            answer = await browser.post("/log-out")
            assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")

    async def test_second_tab(self, browser: Browser, another: Browser) -> None:
        """The form of a tab that is still open leads to the log-in after the other tab logged out."""
        await browser.log_in()
        token = await browser.csrf_token()
        another.cookies = dict(browser.cookies)
        await browser.post("/log-out", csrf_token=token)
        answer = await another.post("/log-out", csrf_token=token)
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")

    async def test_nothing_of_a_session_is_kept_by_the_browser(self, browser: Browser) -> None:
        """After log-out the back button must send a request again: no page may be stored (ASVS 14.3.2)."""
        await browser.log_in()
        for path in ("/log-out", "/", "/log-in"):
            assert (await browser.get(path)).headers["cache-control"] == "no-store", path
        await browser.post("/log-out", csrf_token=await browser.csrf_token())
        answer = await browser.get("/log-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
