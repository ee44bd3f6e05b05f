"""The second step of a log-in on the pages, and the step-up of an account with a factor."""

from dataclasses import dataclass
from datetime import timedelta

import httpx2
import pytest
from tests.fakes import FakeClock, FakeStorage
from tests.http_helpers import ANN, TokenPair
from tests.page_helpers import CREDENTIALS, Browser, Page, a_pending_address

from fastauth.domain.second_factors.totp import Step, step_of
from fastauth.domain.second_factors.totp_secret import TotpSecret
from fastauth.entrypoints.container import Container

PATH = "/log-in/second-factor"
SESSION = "__Host-fa_session"


@dataclass
class Factor:
    """The authenticator app of Ann, and her recovery codes."""

    container: Container
    secret: TotpSecret
    recovery_codes: tuple[str, ...]

    def code(self, steps: int = 0) -> str:
        """Return the current code, or that of so many steps later."""
        step = Step(step_of(self.container.clock().now()) + steps)
        return self.container.totp_codes().code_at(self.secret, step)

    @property
    def wrong(self) -> str:
        """A code that is none of those around now."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(code for code in map("{:06}".format, range(10)) if code not in near)


@pytest.fixture
async def factor(container: Container, tokens: TokenPair, clock: FakeClock) -> Factor:
    caller = await container.authenticate()(access_token=tokens["access_token"])
    new = await container.enrol_totp()(caller=caller)
    factor = Factor(container, new.secret, ())
    codes = await container.confirm_totp()(caller=caller, code=factor.code())
    assert codes
    factor.recovery_codes = codes
    clock.advance(timedelta(minutes=1))  # the code that confirmed it is used
    return factor


@pytest.fixture
def browser(client: httpx2.AsyncClient, factor: Factor) -> Browser:
    return Browser(client)


async def first_step(browser: Browser, **more: str) -> Page:
    return await browser.send("/log-in", **(CREDENTIALS | more))


def fields(page: Page, method: str) -> dict[str, str]:
    """Return the hidden fields of the form of a method."""
    names = ("challenge", "methods", "next")
    found = {name: next(each["value"] for each in page.of("input") if each["name"] == name) for name in names}
    return {name: value or "" for name, value in found.items()} | {"method": method}


class TestSecondStep:
    async def test_password_alone_starts_no_session(self, browser: Browser, storage: FakeStorage) -> None:
        before = len(storage.sessions)
        page = await first_step(browser)
        assert (page.status, page.title) == (200, "Second factor")
        assert browser.cookies == {}
        assert len(storage.sessions) == before
        assert [each["value"] for each in page.of("input") if each["name"] == "method"] == [
            "totp",
            "recovery_code",
        ]
        (code, _) = [each for each in page.of("input") if each["name"] == "code"]
        assert (code["autocomplete"], code["inputmode"]) == ("one-time-code", "numeric")

    async def test_code_of_the_app_starts_the_session(
        self, browser: Browser, factor: Factor, storage: FakeStorage
    ) -> None:
        page = await first_step(browser, next="/account/sessions")
        code = factor.code()
        answer = await browser.post(PATH, **fields(page, "totp"), code=f" {code[:3]} {code[3:]} ")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/sessions")
        assert set(browser.cookies) == {SESSION, "__Host-fa_device"}
        *_, session = storage.sessions.values()
        assert session.methods == ("pwd", "otp", "mfa")

    async def test_recovery_code_starts_the_session_once(self, browser: Browser, factor: Factor) -> None:
        for expected in (303, 401):
            page = await first_step(Browser(browser.client))
            form = fields(page, "recovery_code") | {"code": factor.recovery_codes[0]}
            assert (await browser.post(PATH, **form)).status_code == expected

    async def test_wrong_code_shows_the_form_again(self, browser: Browser, factor: Factor) -> None:
        page = await first_step(browser, next="/account/sessions")
        wrong = await browser.send(PATH, **fields(page, "totp"), code=factor.wrong)
        assert (wrong.status, "That did not fit" in wrong.error) == (401, True)
        assert fields(wrong, "totp") == fields(page, "totp")
        (code, recovery_code) = [each for each in wrong.of("input") if each["name"] == "code"]
        assert (code["aria-invalid"], code["value"]) == ("true", "")
        assert "aria-invalid" not in recovery_code
        assert (await browser.post(PATH, **fields(page, "totp"), code=factor.code())).status_code == 303

    async def test_attempts_are_limited(self, browser: Browser, factor: Factor) -> None:
        page = await first_step(browser)
        for _ in range(5):
            assert (await browser.send(PATH, **fields(page, "totp"), code=factor.wrong)).status == 401
        assert (await browser.send(PATH, **fields(page, "totp"), code=factor.code())).status == 401
        assert browser.cookies == {}

    async def test_challenge_is_needed(self, browser: Browser, factor: Factor) -> None:
        for challenge in ("", "fa_mf_x", "fa_mf_" + "A" * 43):
            form = {"challenge": challenge, "method": "totp", "code": factor.code()}
            assert (await browser.send(PATH, **form)).status == 401
        page = await first_step(browser)
        for method in ("", "password", "passkey", "TOTP"):
            form = fields(page, "totp") | {"method": method, "code": factor.code()}
            assert (await browser.send(PATH, **form)).status == 401, method

    async def test_methods_that_a_form_names_decide_nothing(self, browser: Browser, factor: Factor) -> None:
        page = await first_step(browser)
        form = fields(page, "totp") | {"methods": 'x"><script> totp totp'}
        wrong = await browser.send(PATH, **form, code=factor.wrong)
        assert fields(wrong, "totp")["methods"] == "totp"
        assert len(wrong.of("script")) == 1

    async def test_form_of_another_site_is_refused(self, browser: Browser, factor: Factor) -> None:
        page = await first_step(browser)
        form = fields(page, "totp") | {"code": factor.code()}
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            assert (await browser.post_with(headers, PATH, **form)).status_code == 403
        assert (await browser.post(PATH, **form)).status_code == 303

    async def test_reload_leads_to_the_first_step(self, browser: Browser) -> None:
        answer = await browser.get(f"{PATH}?next=/account/sessions")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/log-in?next=%2Faccount%2Fsessions"

    async def test_challenge_is_in_no_url(self, browser: Browser) -> None:
        answer = await browser.post("/log-in", **CREDENTIALS)
        assert answer.status_code == 200
        assert "location" not in answer.headers
        assert "fa_mf_" not in " ".join(str(each["href"]) for each in Page(answer).of("a"))


class TestStepUp:
    async def test_requires_the_factor_and_not_the_password(
        self, browser: Browser, factor: Factor, clock: FakeClock
    ) -> None:
        page = await first_step(browser)
        await browser.post(PATH, **fields(page, "totp"), code=factor.code())
        clock.advance(timedelta(hours=1))
        form = await browser.open("/log-in/again?next=/account/password")
        assert not [each for each in form.of("input") if each["type"] == "password"]
        token = str(form.of("input")[0]["value"])
        sent = {"csrf_token": token, "next": "/account/password"}
        wrong = await browser.send("/log-in/again", **sent, method="totp", code=factor.wrong)
        assert (wrong.status, "That did not fit" in wrong.error) == (401, True)
        former = browser.cookies[SESSION]
        answer = await browser.post("/log-in/again", **sent, method="totp", code=factor.code())
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/password")
        assert browser.cookies[SESSION] != former

    async def test_password_does_not_suffice(self, browser: Browser, factor: Factor) -> None:
        page = await first_step(browser)
        await browser.post(PATH, **fields(page, "totp"), code=factor.code())
        token = await browser.csrf_token()
        page = await browser.send("/log-in/again", csrf_token=token, password=ANN["password"])
        assert (page.status, page.error) == (401, "Confirm that it is you, and try again.")


class TestVerifyEmail:
    async def test_needs_a_log_in_first(
        self, browser: Browser, container: Container, tokens: TokenPair, storage: FakeStorage
    ) -> None:
        token = await a_pending_address(browser.client, container, tokens)
        before = len(storage.sessions)
        page = await browser.send("/verify-email", token=token, **CREDENTIALS)
        assert (page.status, page.title) == (200, "Log in first")
        assert len(storage.sessions) == before
