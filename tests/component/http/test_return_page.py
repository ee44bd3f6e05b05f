"""``/return``: back to a front end with a login code."""

import re
from html import unescape
from urllib.parse import urlencode

import httpx2
import pytest
from tests.account_helpers import OwnBrowser
from tests.component.http.test_inbox_page import client_of
from tests.login_code_helpers import CHALLENGE, FRONT_END, VERIFIER
from tests.page_helpers import Page

from fastauth.entrypoints.settings import Settings

WANTED = {"return_to": FRONT_END, "code_challenge": CHALLENGE}
PATH = f"/return?{urlencode(WANTED)}"


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Settings with two front ends."""
    given = {"return_to": f"{FRONT_END}, https://other.example/?a=b"}
    return Settings(secret_key="the secret key of the tests, 32 bytes", **given)  # type: ignore[arg-type]  # parsed


@pytest.fixture
async def browser(client: httpx2.AsyncClient, ann: None) -> OwnBrowser:
    return OwnBrowser(client)


def url_in(page: Page) -> str:
    """Return where the page leads."""
    (refresh,) = [each for each in page.of("meta") if each.get("http-equiv") == "refresh"]
    (link,) = [each["href"] for each in page.of("a") if each.get("class") == "button"]
    assert refresh["content"] == f"0; url={link}"
    return str(link)


class TestReturn:
    async def test_log_in_leads_back_with_a_code_for_tokens(self, browser: OwnBrowser) -> None:
        to_log_in = await browser.get(PATH + "&code_challenge_method=S256")
        assert to_log_in.status_code == 303
        form = await browser.open(to_log_in.headers["location"])
        assert form.title == "Log in"
        answer = await browser.log_in(next=str(form.value("next")))
        assert answer.headers["location"] == PATH
        page = await browser.open(answer.headers["location"])
        assert page.title == "Continue to app.acme.example"
        (sent,) = [each for each in page.of("form") if "data-submit" in each]
        fields = {str(each["name"]): str(each["value"]) for each in page.of("input")}
        url = url_in(await browser.send(str(sent["action"]), **fields))
        code = url.removeprefix(f"{FRONT_END}?code=")
        assert re.fullmatch(r"fa_lc_[A-Za-z0-9_-]{43}", code)
        body = {"code": code, "code_verifier": VERIFIER}
        tokens = await browser.client.post("/sessions/exchange", json=body)
        assert tokens.status_code == 201

    async def test_logged_in_user_only_continues(self, browser: OwnBrowser) -> None:
        await browser.log_in()
        form = {"return_to": "https://other.example/?a=b", "code_challenge": CHALLENGE}
        page = await browser.open(f"/return?{urlencode(form)}")
        assert "You are logged in as ann." in page.text
        token = str(page.value("csrf_token"))
        url = unescape(url_in(await browser.send("/return", csrf_token=token, **form)))
        assert url.startswith("https://other.example/?a=b&code=fa_lc_")

    async def test_other_urls_and_challenges_are_refused(self, browser: OwnBrowser) -> None:
        await browser.log_in()
        token = await browser.csrf_token()
        for changes in (
            {"return_to": "https://evil.example/"},
            {"return_to": f"{FRONT_END}/x"},
            {"return_to": "javascript:alert(1)"},
            {"return_to": '"><script>alert(1)</script>'},
            {"return_to": ""},
            {"code_challenge": ""},
            {"code_challenge": "x" * 42},
        ):
            wanted = WANTED | changes
            for page in (
                await browser.open(f"/return?{urlencode(wanted)}"),
                await browser.send("/return", csrf_token=token, **wanted),
            ):
                assert (page.status, page.title) == (400, "This link is not valid"), changes
                assert "evil" not in page.text
        page = await browser.open(PATH + "&code_challenge_method=plain")
        assert page.status == 400

    async def test_form_needs_the_token_of_the_session(self, browser: OwnBrowser) -> None:
        await browser.log_in()
        assert (await browser.post("/return", **WANTED)).status_code == 403
        other = {"Sec-Fetch-Site": "cross-site"}
        own = {"csrf_token": await browser.csrf_token()}
        assert (await browser.post_with(other, "/return", **WANTED, **own)).status_code == 403

    async def test_is_not_there_without_front_ends(self) -> None:
        async with client_of() as client:
            assert (await client.get(PATH)).status_code == 404
