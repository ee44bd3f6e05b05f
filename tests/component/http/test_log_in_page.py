"""``/log-in``, where it leads, and ``/``."""

import pytest
from tests.component.http.test_inbox_page import HEADERS
from tests.fakes import FakeStorage
from tests.page_helpers import CREDENTIALS, Browser

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.http.pages.forms import MAX_FIELDS

pytestmark = pytest.mark.usefixtures("ann")
SESSION, DEVICE = "__Host-fa_session", "__Host-fa_device"


class TestLogIn:
    async def test_starts_a_session_and_leads_to_the_account(
        self, browser: Browser, storage: FakeStorage
    ) -> None:
        answer = await browser.log_in()
        assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/account", "")
        assert [each.type for each in storage.events][-1] == EventType.LOGIN_SUCCEEDED
        assert await browser.is_logged_in()
        assert "You are logged in as ann." in (await browser.get("/log-out")).text

    async def test_cookies_have_all_attributes(self, browser: Browser) -> None:
        await browser.log_in()
        attributes = {
            each.partition("=")[0]: {part.strip() for part in each.split(";")[1:]}
            for each in browser.set_cookies
        }
        common = {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}
        assert attributes == {
            SESSION: common | {f"Max-Age={30 * 24 * 3600}"},
            DEVICE: common | {f"Max-Age={180 * 24 * 3600}"},
        }
        assert len(browser.cookies[SESSION]) == 43
        assert browser.cookies[DEVICE].startswith("fa_dev_")

    async def test_tokens_do_not_reach_the_browser(self, browser: Browser) -> None:
        answer = await browser.log_in()
        seen = answer.text + str(answer.headers)
        assert "fa_rt_" not in seen
        assert "access-token" not in seen

    async def test_refusal_keeps_what_was_typed_but_the_password(self, browser: Browser) -> None:
        for given in ({"password": "wrong"}, {"username": "nobody"}, {"username": "", "password": ""}):
            page = await browser.send("/log-in", **(CREDENTIALS | given), next="/account/sessions")
            assert (page.status, "do not fit" in page.error) == (401, True), given
            assert page.value("username") == (CREDENTIALS | given)["username"]
            assert page.value("password") == ""
            assert page.value("next") == "/account/sessions"
            assert page.input("password")["aria-describedby"] == "error"
            assert browser.cookies == {}

    async def test_known_device_is_recognised(
        self, browser: Browser, container: Container, storage: FakeStorage
    ) -> None:
        """The device cookie is the device token of the API, and it stays after a log-out."""
        await browser.log_in()
        first = browser.cookies[DEVICE]
        await browser.post("/log-out", csrf_token=await browser.csrf_token())
        await browser.log_in()
        assert first in browser.cookies[DEVICE], "the same device on the same day"

    async def test_logged_in_user_does_not_see_the_form(self, browser: Browser) -> None:
        await browser.log_in()
        for path in ("/log-in", "/register"):
            answer = await browser.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/account"), path


class TestDestination:
    async def test_leads_to_pages_of_this_service_alone(self, browser: Browser) -> None:
        """No open redirect, whatever the parameter is (CWE-601)."""
        allowed = ("/account", "/account/sessions", "/account/second-factors/totp")
        refused = (
            *("", "/", "account", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"),
            *("https://evil.example", "https:evil.example", "http:/evil.example", "javascript:alert(1)"),
            *("/account@evil.example", "/account.evil.example", "/account//evil.example", "/account/../x"),
            *("/account/", "/account%2f..", "/account?x=y", "/account#x", "/account\n", "/account\r\nX: y"),
            *(
                "/account/\u0430",
                "/Account",
                " /account",
                "/account ",
                "/log-out",
                "/docs",
                "/account/" * 200,
            ),
            "/account/" + "x" * 41,
        )
        for to in (*allowed, *refused):
            expected = to if to in allowed else "/account"
            browser.cookies = {}
            answer = await browser.log_in(next=to)
            assert answer.headers["location"] == expected, to
            answer = await browser.request("GET", "/log-in", params={"next": to})
            if answer.status_code == 303:
                assert answer.headers["location"] == expected, to

    async def test_survives_the_form_and_its_links(self, browser: Browser) -> None:
        for path in ("/log-in", "/register"):
            page = await browser.open(f"{path}?next=/account/sessions")
            assert page.value("next") == "/account/sessions"
            links = [each["href"] for each in page.of("a")]
            assert any(str(each).endswith("?next=%2Faccount%2Fsessions") for each in links)

    async def test_page_of_a_user_leads_to_the_log_in(self, browser: Browser) -> None:
        answer = await browser.get("/log-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
        assert "set-cookie" not in answer.headers


class TestRoot:
    async def test_leads_to_the_log_in_or_the_account(self, browser: Browser) -> None:
        for method in ("GET", "HEAD"):
            answer = await browser.request(method, "/")
            assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")
        await browser.log_in()
        assert (await browser.get("/")).headers["location"] == "/account"

    async def test_docs_stay_linked(self, browser: Browser) -> None:
        page = await browser.open("/log-in")
        assert "/docs" in [each["href"] for each in page.of("a")]


class TestHeaders:
    async def test_of_every_page(self, browser: Browser) -> None:
        logged_in = Browser(browser.client)
        await logged_in.log_in()
        answers = {path: await browser.get(path) for path in ("/log-in", "/register", "/reset")}
        answers["/log-out"] = await logged_in.get("/log-out")
        answers["403"] = await browser.post_with({}, "/log-in", **CREDENTIALS)
        answers["401"] = await browser.post("/log-in", username="x", password="y")
        for name, answer in answers.items():
            assert {each: answer.headers[each] for each in HEADERS} == HEADERS, name
            assert answer.headers["content-type"] == "text/html; charset=utf-8", name


class TestBounds:
    async def test_long_and_many_fields(self, browser: Browser) -> None:
        for path in ("/log-in", "/register"):
            assert (await browser.post(path, username="x" * 17_000)).status_code == 413
            many = {f"f{number}": "x" for number in range(MAX_FIELDS + 1)}
            assert (await browser.post(path, **many)).status_code == 400
            for form in (
                {"username": "x" * 8_000, "password": "x"},
                {"username": "ann", "password": "x" * 8_000},
                {"username": "\0\ud7ff", "password": "\0"},
            ):
                page = await browser.send(path, **form)
                assert page.status in {401, 422}, (path, page.status)
                assert page.error
