"""``/log-in/again``: a new authentication and a new cookie in the same session."""

from datetime import timedelta

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.fakes import FakeClock, FakeStorage
from tests.http_helpers import ANN
from tests.page_helpers import FROM_HERE, Browser

from fastauth.domain.audit.event import EventType
from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")
SESSION = "__Host-fa_session"
PATH = "/log-in/again"


@pytest.fixture
async def browser(client: httpx2.AsyncClient, ann: None) -> Browser:
    browser = Browser(client)
    await browser.log_in()
    return browser


class TestStepUp:
    async def test_renews_authentication_and_cookie(
        self, browser: Browser, storage: FakeStorage, clock: FakeClock
    ) -> None:
        token, former = await browser.csrf_token(), browser.cookies[SESSION]
        clock.advance(timedelta(hours=1))
        page = await browser.open(f"{PATH}?next=/account/password")
        assert (page.title, page.value("next")) == ("Confirm that it is you", "/account/password")
        answer = await browser.post(
            PATH, password=ANN["password"], csrf_token=token, next="/account/password"
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/password")
        assert [each.type for each in storage.events][-1] == EventType.STEPPED_UP
        (session,) = storage.sessions.values()
        assert session.authenticated_at == clock.now()
        assert browser.cookies[SESSION] != former
        attacker = Browser(browser.client)
        attacker.cookies = {SESSION: former}
        assert (await attacker.get("/")).headers["location"] == "/log-in"
        assert (await browser.get("/")).headers["location"] == "/account"

    async def test_form_of_another_tab_stays_valid(self, browser: Browser) -> None:
        token = await browser.csrf_token()
        await browser.post(PATH, password=ANN["password"], csrf_token=token)
        assert (await browser.post("/log-out", csrf_token=token)).headers["location"] == "/log-in"

    async def test_second_of_two_tabs_keeps_the_cookie_of_the_first(self, browser: Browser) -> None:
        """Both sent the former cookie. The answer of the second must not take the new one away."""
        token = await browser.csrf_token()
        second = Browser(browser.client)
        second.cookies = dict(browser.cookies)
        await browser.post(PATH, password=ANN["password"], csrf_token=token)
        answer = await second.post(PATH, password=ANN["password"], csrf_token=token)
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
        assert second.set_cookies == []
        assert (await browser.get("/")).headers["location"] == "/account"

    async def test_wrong_password(self, browser: Browser, storage: FakeStorage) -> None:
        former = dict(browser.cookies)
        token = await browser.csrf_token()
        page = await browser.send(PATH, password="wrong", csrf_token=token, next="/account/email")
        assert (page.status, "The password is wrong" in page.error) == (403, True)
        assert (page.value("next"), page.value("password")) == ("/account/email", "")
        assert browser.cookies == former
        assert [each.type for each in storage.events][-1] == EventType.STEP_UP_FAILED

    async def test_session_that_ends_meanwhile_leads_to_the_log_in(
        self, browser: Browser, container: Container
    ) -> None:
        async def refuse(**_: object) -> None:
            raise InvalidAccessToken

        token = await browser.csrf_token()
        with container.step_up.override(Object(refuse)):
            answer = await browser.post(
                PATH, password=ANN["password"], csrf_token=token, next="/account/email"
            )
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in?next=%2Faccount%2Femail")

    async def test_needs_a_session_and_its_token(self, browser: Browser) -> None:
        assert (await browser.send(PATH, password=ANN["password"])).status == 403
        answer = await Browser(browser.client).post(PATH, password=ANN["password"])
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")

    async def test_is_required_where_a_page_needs_it(self, browser: Browser, clock: FakeClock) -> None:
        """The browser comes back to the page that it requested, or to the one that had the form."""
        token = await browser.csrf_token()
        clock.advance(timedelta(minutes=11))
        form = {"csrf_token": token, "email": "ann@example.com"}
        for referer, to in (
            ("http://localhost:8000/account/email", f"{PATH}?next=%2Faccount%2Femail"),
            ("https://evil.example/account/../log-out", PATH),
            ("https://evil.example//evil.example", PATH),
            ("", PATH),
            ("http://[", PATH),
        ):
            answer = await browser.post_with(FROM_HERE | {"Referer": referer}, "/account/email", **form)
            assert (answer.status_code, answer.headers["location"]) == (303, to), referer
        answer = await Browser(browser.client).get("/account/email")
        assert answer.headers["location"] == "/log-in?next=%2Faccount%2Femail"
