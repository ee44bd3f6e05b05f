"""``/log-in`` and ``/log-out``: the session of a browser, its cookies, and who may start and end it."""

from datetime import timedelta

import httpx2
import pytest
from tests.fakes import FakeClock, FakeStorage
from tests.http_helpers import ANN, assert_problem
from tests.page_helpers import CREDENTIALS, FROM_HERE, Browser
from tests.unit.http.test_inbox_page import HEADERS

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")
SESSION, DEVICE = "__Host-fa_session", "__Host-fa_device"


@pytest.fixture
def browser(client: httpx2.AsyncClient) -> Browser:
    return Browser(client)


@pytest.fixture
def another(client: httpx2.AsyncClient) -> Browser:
    return Browser(client)


async def is_logged_in(browser: Browser) -> bool:
    return (await browser.get("/")).headers["location"] == "/account"


class TestLogIn:
    async def test_starts_a_session_and_leads_to_the_account(
        self, browser: Browser, storage: FakeStorage
    ) -> None:
        answer = await browser.log_in()
        assert (answer.status_code, answer.headers["location"], answer.text) == (303, "/account", "")
        assert [each.type for each in storage.events][-1] == EventType.LOGIN_SUCCEEDED
        assert await is_logged_in(browser)
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


class TestSessionFixation:
    """A new value at each log-in; none that a browser brings is ever kept (ASVS 7.2.4)."""

    async def test_value_from_before_the_log_in_is_not_used(self, browser: Browser) -> None:
        planted = "A" * 43
        browser.cookies[SESSION] = planted
        await browser.log_in()
        assert browser.cookies[SESSION] != planted
        attacker = Browser(browser.client)
        attacker.cookies[SESSION] = planted
        assert not await is_logged_in(attacker)

    async def test_second_log_in_ends_the_first_session(
        self, browser: Browser, another: Browser, storage: FakeStorage
    ) -> None:
        await browser.log_in()
        another.cookies = dict(browser.cookies)
        await browser.log_in()
        assert browser.cookies[SESSION] != another.cookies[SESSION]
        assert await is_logged_in(browser)
        assert not await is_logged_in(another)
        assert [each.ended_at is None for each in storage.sessions.values()] == [False, True]

    async def test_value_is_not_stored(self, browser: Browser, storage: FakeStorage) -> None:
        await browser.log_in()
        assert browser.cookies[SESSION] not in repr(vars(storage))


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
        assert not await is_logged_in(another), "the session ended, not only the cookie"
        assert [each.type for each in storage.events][-1] == EventType.LOGGED_OUT

    async def test_get_logs_nobody_out(self, browser: Browser) -> None:
        await browser.log_in()
        for method in ("GET", "HEAD"):
            await browser.request(method, "/log-out?csrf_token=" + await browser.csrf_token())
        assert await is_logged_in(browser)

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
        """After log-out the back button must ask the service again: no page may be stored (ASVS 14.3.2)."""
        await browser.log_in()
        for path in ("/log-out", "/", "/log-in"):
            assert (await browser.get(path)).headers["cache-control"] == "no-store", path
        await browser.post("/log-out", csrf_token=await browser.csrf_token())
        answer = await browser.get("/log-out")
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")


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
        assert await is_logged_in(browser)
        assert (
            await browser.post_with({"Sec-Fetch-Site": "cross-site"}, "/log-out", csrf_token=token)
        ).status_code == 403
        assert (await browser.post("/log-out", csrf_token=token)).status_code == 303


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
            assert await is_logged_in(browser)
            if end == "password":
                await container.set_password()(username="ann", password=ANN["password"])
            elif end == "disable":
                await container.disable_user()(username="ann")
                await container.enable_user()(username="ann")
            else:
                clock.advance(timedelta(days=31))
            assert not await is_logged_in(browser), end


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
            assert (
                await browser.post(path, **{f"f{number}": "x" for number in range(20)})
            ).status_code == 400
            for form in (
                {"username": "x" * 8_000, "password": "x"},
                {"username": "ann", "password": "x" * 8_000},
                {"username": "\0\ud7ff", "password": "\0"},
            ):
                page = await browser.send(path, **form)
                assert page.status in {401, 422}, (path, page.status)
                assert page.error
