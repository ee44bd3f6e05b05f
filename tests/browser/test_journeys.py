"""Whole ways through the pages: without scripts, after a log-out, and with hostile texts."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import Installation, send
from tests.browser.user import Authenticator, User, a_user, add_passkey
from tests.harness.editions import size
from tests.hostile_texts import HOSTILE_TEXTS

NewPage = Callable[..., Page]


class TestWithoutScripts:
    def test_account_is_made_secured_and_used(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page, java_script_enabled=False)
        codes = user.set_up_app()
        user.log_out()
        user.enter_password()
        user.page.locator("#totp-code").fill(user.code())
        send(user.page)
        user.is_at("/account")
        user.log_out()
        user.enter_password()
        user.page.locator("summary").click()
        user.page.locator("#recovery-code").fill(codes[0])
        user.page.get_by_role("button", name="Use the code").click()
        user.is_at("/account")
        expect(user.page.get_by_role("main")).to_contain_text("9 left")
        user.open("/account/passkeys/add")
        expect(user.page.get_by_role("main")).to_contain_text("Allow scripts")

    def test_registration(self, installation: Installation, new_page: NewPage) -> None:
        page = new_page(java_script_enabled=False, locale="de-DE")
        page.goto(f"{installation.url}/register")
        for name, text in {
            "username": "ohne",
            "fullname": "Ohne Skript",
            "password": "of nobody else",
        }.items():
            page.locator(f"#{name}").fill(text)
        send(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto")


class TestAfterLogOut:
    def test_back_button_shows_nothing(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        for path in ("/account", "/account/name", "/log-out"):
            user.open(path)
        send(user.page)
        user.is_at("/log-in")
        for _ in range(3):
            user.page.go_back(wait_until="load")
            expect(user.page.get_by_role("heading", level=1)).to_have_text("Log in")
            assert "Ann Lee" not in user.page.content()

    def test_other_tab_is_logged_out_too(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        other = user.page.context.new_page()
        other.goto(f"{user.url}/account/name")
        user.log_out()
        other.locator("#fullname").fill("Somebody Else")
        send(other)
        expect(other.get_by_role("heading", level=1)).to_have_text("Log in")


class TestHostileTexts:
    def test_are_shown_as_texts(self, installation: Installation, new_page: NewPage) -> None:
        """In the full name, the name of a passkey and the user agent of a session.

        The fixture fails if anything is in the console, or a request leaves the service.
        """
        user = a_user(installation, new_page)
        dialogs: list[str] = []
        user.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        Authenticator(user.page)
        add_passkey(user)
        for text in HOSTILE_TEXTS[:: size(3, 1)]:
            set_texts(user, text[:50])
            for path in ("/account", "/account/passkeys"):
                user.open(path)
                assert user.page.locator("main script, main iframe, main style, main base").count() == 0, text
        assert dialogs == []


def set_texts(user: User, text: str) -> None:
    """Set what is shown of the account, if the text is allowed there."""
    user.open("/account/passkeys")
    token = user.page.locator("input[name=csrf_token]").first.input_value()
    passkey = user.page.locator("input[name=passkey_id]").first.input_value()
    forms = {
        "/account/name": {"fullname": text},
        "/account/passkeys/rename": {"passkey_id": passkey, "name": text},
    }
    for path, form in forms.items():
        own = {"Sec-Fetch-Site": "same-origin", "Origin": user.url}
        user.page.request.post(user.url + path, form={**form, "csrf_token": token}, headers=own)
    body = {"username": user.account.username, "password": user.account.password}
    agent = {"User-Agent": text.encode("ascii", "replace").decode()}
    user.account.installation.request("POST", "/sessions", json=body, headers=agent)
