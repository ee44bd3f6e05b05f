"""Authenticator app, recovery codes and passkeys on the pages of the account."""

import json
import re
from html import unescape

import httpx2
import pyotp
import pytest
from tests.account_helpers import OwnBrowser, own_browser
from tests.fakes import FakeClock, FakeStorage
from tests.harness.authenticator import Authenticator
from tests.page_helpers import Page

from fastauth.domain.audit.event import EventType

pytestmark = pytest.mark.usefixtures("ann")


@pytest.fixture
async def browser(client: httpx2.AsyncClient, ann: None) -> OwnBrowser:
    return await own_browser(client)


def code_of(page: Page, clock: FakeClock) -> str:
    """Return the code that an authenticator app would show after it took the key of the page."""
    (key,) = re.findall(r'<p class="secret">([A-Z2-7 ]+)</p>', page.text)
    return pyotp.TOTP(key.replace(" ", "")).at(clock.now())


async def set_up(browser: OwnBrowser, clock: FakeClock) -> Page:
    """Set up an authenticator app, and return the page with the recovery codes."""
    page = Page(await browser.act("/account/authenticator"))
    return Page(await browser.act("/account/authenticator/confirm", code=code_of(page, clock)))


class TestAuthenticator:
    async def test_is_set_up_with_recovery_codes(
        self, browser: OwnBrowser, clock: FakeClock, storage: FakeStorage
    ) -> None:
        page = Page(await browser.act("/account/authenticator"))
        (picture,) = [each for each in page.of("img") if each.get("class") == "qr"]
        assert str(picture["src"]).startswith("data:image/svg+xml,%3Csvg")
        assert picture["alt"]
        (link,) = [str(each["href"]) for each in page.of("a") if str(each["href"]).startswith("otpauth:")]
        assert unescape(link).startswith("otpauth://totp/")
        code = code_of(page, clock)
        spaced = f" {code[:3]} {code[3:]} "
        codes = Page(await browser.act("/account/authenticator/confirm", code=spaced))
        assert codes.title == "Your recovery codes"
        assert len(re.findall(r"<li>[A-Z2-7-]{29}</li>", codes.text)) == 10
        assert EventType.TOTP_ADDED in [each.type for each in storage.events]
        overview = (await browser.open("/account")).text
        assert "10 left" in overview
        assert "Set up" not in overview

    async def test_wrong_code_leaves_the_secret_valid(self, browser: OwnBrowser, clock: FakeClock) -> None:
        page = Page(await browser.act("/account/authenticator"))
        refused = await browser.refused("/account/authenticator/confirm", code="000000")
        assert "not the code that the app shows" in refused.error
        answer = await browser.act("/account/authenticator/confirm", code=code_of(page, clock))
        assert answer.status_code == 200

    async def test_is_removed(self, browser: OwnBrowser, clock: FakeClock) -> None:
        await set_up(browser, clock)
        assert (await browser.open("/account/authenticator/remove")).title == "Remove the authenticator app"
        message = await browser.changed("/account/authenticator/remove")
        assert message == "The authenticator app is removed."
        assert "Set up" in (await browser.open("/account")).text

    async def test_new_recovery_codes_replace_the_former(self, browser: OwnBrowser, clock: FakeClock) -> None:
        first = await set_up(browser, clock)
        assert (await browser.open("/account/recovery-codes")).title == "Make new recovery codes"
        second = Page(await browser.act("/account/recovery-codes"))
        found = [re.findall(r"<li>([A-Z2-7-]{29})</li>", page.text) for page in (first, second)]
        assert len(set(found[0] + found[1])) == 20

    async def test_second_one_is_refused(self, browser: OwnBrowser, clock: FakeClock) -> None:
        await set_up(browser, clock)
        page = await browser.refused("/account/authenticator")
        assert page.error == "The account has an authenticator app already."


def passkey_in(page: Page) -> str:
    """Return the id of the first passkey on the page."""
    return next(str(each["value"]) for each in page.of("input") if each["name"] == "passkey_id")


async def add_passkey(browser: OwnBrowser, name: str = "Phone", **form: str) -> httpx2.Response:
    """Add a passkey as the script does."""
    begun = (await browser.act("/account/passkeys/add/options", name=name)).json()
    credential = json.dumps(Authenticator().create(begun["options"]))
    fields = {"token": begun["token"], "credential": credential, "name": name} | form
    return await browser.act("/account/passkeys/add", **fields)


class TestPasskeys:
    async def test_is_added_renamed_and_removed(self, browser: OwnBrowser) -> None:
        form = await browser.open("/account/passkeys/add")
        (passkey_form,) = [each for each in form.of("form") if "data-passkey" in each]
        assert passkey_form["data-options"] == "/account/passkeys/add/options"
        codes = Page(await add_passkey(browser))
        assert codes.title == "Your recovery codes"
        overview = await browser.open("/account")
        (span,) = [each for each in overview.of("span") if "data-accepted-passkeys" in each]
        accepted = json.loads(str(span["data-accepted-passkeys"]))
        assert accepted["rpId"] == "localhost"
        page = await browser.open("/account/passkeys")
        id_ = passkey_in(page)
        assert accepted["allAcceptedCredentialIds"] == [id_]
        renamed = await browser.changed("/account/passkeys/rename", passkey_id=id_, name="Key ring")
        assert renamed == "The name is saved."
        assert "Key ring" in (await browser.open("/account")).text
        assert await browser.changed("/account/passkeys/remove", passkey_id=id_) == "The passkey is removed."
        assert "Key ring" not in (await browser.open("/account")).text

    async def test_second_one_shows_no_recovery_codes(self, browser: OwnBrowser) -> None:
        await add_passkey(browser)
        answer = await add_passkey(browser, "Key ring")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=passkey")

    async def test_malformed_answers_and_unknown_ids_are_refused(self, browser: OwnBrowser) -> None:
        for form, error in (
            ({"credential": ""}, "The passkey could not be verified. Try again."),
            ({"credential": "[1]"}, "The passkey could not be verified. Try again."),
            ({"credential": "{}"}, "The passkey could not be verified. Try again."),
            ({"token": ""}, "The passkey could not be verified. Try again."),
            ({"name": " "}, "Enter something here."),
        ):
            answer = await add_passkey(browser, **form)
            assert (answer.status_code, Page(answer).error) == (422, error), form
        for path in ("/account/passkeys/rename", "/account/passkeys/remove"):
            assert (await browser.act(path, passkey_id="unknown", name="x")).status_code == 404
        await add_passkey(browser)
        id_ = passkey_in(await browser.open("/account/passkeys"))
        page = await browser.refused("/account/passkeys/rename", passkey_id=id_, name="")
        assert page.error == "Enter something here."

    async def test_options_need_the_token_of_the_session(self, browser: OwnBrowser) -> None:
        assert (await browser.post("/account/passkeys/add/options", x="")).status_code == 403


class TestPassword:
    async def test_is_removed_and_set_again(self, browser: OwnBrowser) -> None:
        await add_passkey(browser)
        assert (await browser.open("/account/password/remove")).title == "Remove your password"
        message = await browser.changed("/account/password/remove")
        assert message == "The password is removed, and all other sessions were ended."
        overview = await browser.open("/account")
        assert "not set" in overview.text
        form = await browser.open("/account/password")
        assert (form.title, [each["name"] for each in form.of("input")][2:]) == (
            "Set a password",
            ["username", "new_password"],  # the first for password managers
        )
        assert await browser.changed("/account/password", new_password="another") == "The password is saved."

    async def test_last_way_to_log_in_stays(self, browser: OwnBrowser) -> None:
        page = await browser.refused("/account/password/remove")
        assert page.error == "This is the last way to log in to the account. Add another one first."
        await add_passkey(browser)
        await browser.changed("/account/password/remove")
        id_ = passkey_in(await browser.open("/account/passkeys"))
        page = await browser.refused("/account/passkeys/remove", passkey_id=id_)
        assert page.error == "This is the last way to log in to the account. Add another one first."
