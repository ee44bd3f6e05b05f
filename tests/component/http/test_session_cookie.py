"""The session cookie: a new value at each log-in, for the pages alone, as long as the session."""

from datetime import timedelta

import pytest
from tests.fakes import FakeClock, FakeStorage
from tests.http_helpers import ANN, assert_problem
from tests.page_helpers import FROM_HERE, Browser

from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")
SESSION, DEVICE = "__Host-fa_session", "__Host-fa_device"


class TestSessionFixation:
    """A new value at each log-in; none that a browser brings is ever kept (ASVS 7.2.4)."""

    async def test_value_from_before_the_log_in_is_not_used(self, browser: Browser) -> None:
        planted = "A" * 43
        browser.cookies[SESSION] = planted
        await browser.log_in()
        assert browser.cookies[SESSION] != planted
        attacker = Browser(browser.client)
        attacker.cookies[SESSION] = planted
        assert not await attacker.is_logged_in()

    async def test_second_log_in_ends_the_first_session(
        self, browser: Browser, another: Browser, storage: FakeStorage
    ) -> None:
        await browser.log_in()
        another.cookies = dict(browser.cookies)
        await browser.log_in()
        assert browser.cookies[SESSION] != another.cookies[SESSION]
        assert await browser.is_logged_in()
        assert not await another.is_logged_in()
        assert [each.ended_at is None for each in storage.sessions.values()] == [False, True]

    async def test_value_is_not_stored(self, browser: Browser, storage: FakeStorage) -> None:
        await browser.log_in()
        assert browser.cookies[SESSION] not in repr(vars(storage))


class TestCookieIsForPages:
    async def test_api_does_not_accept_it(self, browser: Browser) -> None:
        await browser.log_in()
        for method, path in (
            ("GET", "/users/me"),
            ("GET", "/sessions"),
            ("DELETE", "/sessions/current"),
            ("PUT", "/users/me/password"),
        ):
            answer = await browser.request(method, path, FROM_HERE, json={})
            assert_problem(answer, 401, "no_access_token")
        bearer = {"Authorization": f"Bearer {browser.cookies[SESSION]}"}
        assert_problem(await browser.client.get("/users/me", headers=bearer), 401, "invalid_token")

    async def test_access_token_does_not_open_pages(self, browser: Browser) -> None:
        tokens = (await browser.client.post("/sessions", json=ANN)).json()
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        browser.cookies = {SESSION: tokens["access_token"], DEVICE: tokens["device_token"]}
        answer = await browser.request("GET", "/log-out", headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")

    async def test_malformed_cookies(self, browser: Browser) -> None:
        await browser.log_in()
        value = browser.cookies[SESSION]
        for header, logged_in in (
            (f"{SESSION}={value}", True),
            (f"a=b;{SESSION}={value};c", True),
            (f"a=b;  {SESSION}={value}", True),
            (f"{SESSION}={value}; {SESSION}={value}", False),
            (f"{SESSION}={value}; {SESSION}=x", False),
            (f'{SESSION}="{value}"', False),
            (f"{SESSION}={value} x", False),
            (f"{SESSION}=\xff{value}", False),
            (f"{SESSION.lower()}={value}", False),
            (f"fa_session={value}", False),
            (f"{SESSION}", False),
            ("\\" * 10_000, False),
            (";" * 10_000, False),
        ):
            answer = await browser.client.get("/", headers={b"Cookie": header.encode("latin-1")})
            assert answer.headers["location"] == ("/account" if logged_in else "/log-in"), header[:80]

    async def test_sessions_end_for_both(
        self, browser: Browser, container: Container, clock: FakeClock
    ) -> None:
        """A browser session is one of the account's sessions: it is listed, and ends as they do."""
        for end in ("password", "disable", "absolute timeout"):
            await browser.log_in()
            assert await browser.is_logged_in()
            if end == "password":
                await container.set_password()(username="ann", password=ANN["password"])
            elif end == "disable":
                await container.disable_user()(username="ann")
                await container.enable_user()(username="ann")
            else:
                clock.advance(timedelta(days=31))
            assert not await browser.is_logged_in(), end
