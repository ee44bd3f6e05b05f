"""``/register/passkey``: an account without a password, and its recovery codes."""

import json

import pytest
from tests.fakes import FakeStorage
from tests.harness.authenticator import Authenticator
from tests.page_helpers import Browser

from fastauth.entrypoints.container import Container

PATH = "/register/passkey"
BOB = {"username": "bob", "fullname": "Bob Ross", "email": "", "next": "/account/sessions"}


async def ceremony(browser: Browser, authenticator: Authenticator, form: dict[str, str]) -> dict[str, str]:
    """Do what the script does: return the fields with the answer of the authenticator."""
    answer = await browser.post(f"{PATH}/options", **form)
    assert answer.status_code == 200, answer.text
    begun = answer.json()
    credential = json.dumps(authenticator.create(begun["options"]))
    return form | {"token": begun["token"], "credential": credential}


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator()


class TestRegister:
    async def test_creates_an_account_that_logs_in_by_its_passkey(
        self, browser: Browser, authenticator: Authenticator
    ) -> None:
        page = await browser.send(PATH, **await ceremony(browser, authenticator, BOB))
        assert (page.status, page.title) == (200, "Your recovery codes")
        assert page.text.count("<li>") == 10
        assert [each["href"] for each in page.of("a") if each.get("class") == "button"] == [
            "/account/sessions"
        ]
        options = (await browser.post("/log-in/passkey/options", next="")).json()
        credential = json.dumps(authenticator.get(options["options"]))
        answer = await browser.post("/log-in/passkey", token=options["token"], credential=credential)
        assert answer.status_code == 303
        assert "You are logged in as bob." in (await browser.get("/log-out")).text

    async def test_errors_are_shown_at_their_fields(self, browser: Browser, storage: FakeStorage) -> None:
        """The script gets 422, and sends the form: the page then has the errors."""
        form = BOB | {"username": "b ob", "email": "bob@"}
        assert (await browser.post(f"{PATH}/options", **form)).status_code == 422
        page = await browser.send(PATH, **form, token="", credential="")
        assert page.status == 422
        assert "not allowed" in page.text_at("username-error")
        assert page.text_at("email-error") == "This is no e-mail address."
        assert (page.value("username"), page.value("next")) == ("b ob", "/account/sessions")
        assert not storage.users

    async def test_username_of_another_account(self, browser: Browser, authenticator: Authenticator) -> None:
        await browser.send(PATH, **await ceremony(browser, authenticator, BOB))
        assert (await browser.post(f"{PATH}/options", **BOB)).status_code == 409
        page = await browser.send(PATH, **BOB, token="", credential="")
        assert page.status == 409
        assert page.text_at("username-error") == "Another account has this username. Choose another one."

    async def test_answer_works_once_and_for_this_ceremony(
        self, browser: Browser, authenticator: Authenticator, storage: FakeStorage
    ) -> None:
        form = await ceremony(browser, authenticator, BOB)
        for credential in ("", "{}", "[]"):
            page = await browser.send(PATH, **(form | {"credential": credential, "token": "fa_wc_x"}))
            assert (page.status, "could not be verified" in page.error) == (422, True)
        assert (await browser.send(PATH, **form)).status == 200
        assert (await browser.send(PATH, **form)).status == 422
        assert len(storage.users) == 1

    async def test_form_of_another_site_is_refused(
        self, browser: Browser, authenticator: Authenticator, container: Container
    ) -> None:
        form = await ceremony(browser, authenticator, BOB)
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
            assert (await browser.post_with(headers, PATH, **form)).status_code == 403
            assert (await browser.post_with(headers, f"{PATH}/options", **BOB)).status_code == 403

    async def test_is_linked(self, browser: Browser) -> None:
        page = await browser.open("/register?next=/account/sessions")
        assert f"{PATH}?next=%2Faccount%2Fsessions" in [each["href"] for each in page.of("a")]
