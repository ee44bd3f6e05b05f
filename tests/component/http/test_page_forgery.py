"""Forms that a page of another site sends (CSRF), also to the log-in."""

import httpx2
import pytest
from tests.fakes import FakeStorage
from tests.page_helpers import CREDENTIALS, Browser

pytestmark = pytest.mark.usefixtures("ann")


class TestForgery:
    async def test_headers(self, client: httpx2.AsyncClient, storage: FakeStorage) -> None:
        """Who may log in, register and log out, by each combination of the two headers."""
        ours, ours_by_address = "http://localhost:8000", "http://127.0.0.1:8000"
        evil = "https://evil.example"
        accepted = {
            *(("same-origin", origin) for origin in (None, ours, ours_by_address, evil, "null")),
            *(("none", origin) for origin in (None, ours, ours_by_address, evil, "null")),
            (None, ours),
            (None, ours_by_address),
        }
        sites = (None, "same-origin", "same-site", "cross-site", "none", "", "SAME-ORIGIN", "same-origin,")
        origins = (None, ours, ours_by_address, evil, "null", "", f"{ours}.evil.example", f"{ours}/")
        before = len(storage.sessions)
        for site in sites:
            for origin in origins:
                browser = Browser(client)
                headers = {"Sec-Fetch-Site": site} if site is not None else {}
                headers |= {"Origin": origin} if origin is not None else {}
                expected = 303 if site in {"same-origin", "none"} or (site, origin) in accepted else 403
                answer = await browser.post_with(headers, "/log-in", **CREDENTIALS)
                assert answer.status_code == expected, (site, origin)
                assert bool(browser.cookies) == (expected == 303), (site, origin)
                assert len(storage.sessions) - before == (expected == 303), (site, origin)
                before = len(storage.sessions)
                if expected == 403:
                    assert "The form was not accepted" in answer.text
                    register = {"username": "eve", "password": "x", "fullname": "Eve"}
                    assert (await browser.post_with(headers, "/register", **register)).status_code == 403

    async def test_log_out_needs_the_token_of_the_session(self, browser: Browser, another: Browser) -> None:
        """Also from our own origin: the second lock."""
        await browser.log_in()
        await another.log_in()
        of_another = await another.csrf_token()
        token = await browser.csrf_token()
        for form in ({"x": ""}, {"csrf_token": ""}, {"csrf_token": token[:-1]}, {"csrf_token": of_another}):
            page = await browser.send("/log-out", **form)
            assert (page.status, page.title) == (403, "The form was not accepted"), form
        assert await browser.is_logged_in()
        assert (
            await browser.post_with({"Sec-Fetch-Site": "cross-site"}, "/log-out", csrf_token=token)
        ).status_code == 403
        assert (await browser.post("/log-out", csrf_token=token)).status_code == 303
