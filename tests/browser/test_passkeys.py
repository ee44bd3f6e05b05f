"""Passkeys: every ceremony in Chromium, with authenticators that it simulates."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import DEADLINE, Account, Installation
from tests.browser.user import Authenticator, User, a_user, add_passkey
from tests.harness.processes import wait_until

NewPage = Callable[..., Page]
BUTTON = "form[data-passkey] button:not([type])"


def press_passkey(user: User, authenticator: Authenticator) -> None:
    """Press the button for a passkey; the user then unlocks the device."""
    button = user.page.locator(BUTTON)
    button.click(trial=True)  # it can be pressed: from now on the autofill of a log-in page is answered too
    authenticator.answers()
    button.click(force=True)


class TestPasskeys:
    def test_is_added_and_logs_in_by_button(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        authenticator = Authenticator(user.page)
        add_passkey(user)
        expect(user.page.locator(".codes li")).to_have_count(10)
        (credential,) = authenticator.credentials
        assert (credential["rpId"], credential["isResidentCredential"]) == ("localhost", True)
        authenticator.waits()
        user.log_out()
        press_passkey(user, authenticator)
        user.is_at("/account")
        expect(user.page.get_by_role("main")).to_contain_text("Phone")

    def test_logs_in_by_autofill(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        Authenticator(user.page)
        add_passkey(user)
        user.send_log_out()
        user.is_at("/account")

    def test_is_a_second_factor(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        authenticator = Authenticator(user.page)
        add_passkey(user)
        authenticator.waits()
        user.log_out()
        user.enter_password()
        expect(user.page.get_by_role("heading", level=1)).to_have_text("Second factor")
        press_passkey(user, authenticator)
        user.is_at("/account")

    def test_log_in_without_user_verification_is_refused(
        self, installation: Installation, new_page: NewPage
    ) -> None:
        user = a_user(installation, new_page)
        authenticator = Authenticator(user.page)
        add_passkey(user)
        authenticator.waits()
        user.log_out()
        authenticator.send("setUserVerified", isUserVerified=False)
        press_passkey(user, authenticator)
        expect(user.page.locator("[data-message]")).to_contain_text("cancelled")
        user.is_at("/log-in")

    def test_two_authenticators(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        phone = Authenticator(user.page)
        add_passkey(user)
        user.open("/account/passkeys/add")
        user.page.locator(BUTTON).click()
        expect(user.page.locator("[data-message]")).to_contain_text("already has a passkey")
        phone.remove()
        key = Authenticator(user.page, transport="usb")
        add_passkey(user, "Security key")
        user.is_at("/account?done=passkey")
        expect(user.page.get_by_role("main")).to_contain_text("Phone")
        key.waits()
        user.log_out()
        press_passkey(user, key)
        user.is_at("/account")

    def test_removed_passkey_is_forgotten_and_refused(
        self, installation: Installation, new_page: NewPage
    ) -> None:
        user = a_user(installation, new_page)
        authenticator = Authenticator(user.page)
        for name in ("Phone", "Other"):
            add_passkey(user, name)
            (before,) = authenticator.credentials
            authenticator.send("clearCredentials")
        user.open("/account/passkeys")
        user.page.locator("summary").last.click()
        user.page.get_by_role("button", name="Remove the passkey").last.click()
        user.is_at("/account?done=passkey_removed")
        authenticator.waits()
        user.log_out()
        authenticator.send("addCredential", credential=before)
        user.enter_password()
        press_passkey(user, authenticator)
        expect(user.page.locator("#error, [data-message]:visible")).to_be_visible()

    def test_page_signals_which_passkeys_are_accepted(
        self, installation: Installation, new_page: NewPage
    ) -> None:
        """The authenticator of Chromium deletes a passkey that was removed on the server."""
        user = a_user(installation, new_page)
        authenticator = Authenticator(user.page)
        add_passkey(user, "Removed")
        authenticator.waits()
        other = Authenticator(user.page, transport="usb")
        add_passkey(user, "Kept")
        user.open("/account/passkeys")
        user.page.locator("summary").first.click()
        user.page.get_by_role("button", name="Remove the passkey").first.click()
        user.is_at("/account?done=passkey_removed")
        wait_until(lambda: not authenticator.credentials, "the authenticator forgets it", deadline=DEADLINE)
        assert len(other.credentials) == 1

    def test_copy_with_a_lower_counter_is_refused(
        self, installation: Installation, new_page: NewPage
    ) -> None:
        user = a_user(installation, new_page)
        authenticator = Authenticator(user.page)
        add_passkey(user)
        code = user.page.locator(".codes li").first.inner_text()
        authenticator.set_counter(100)
        user.send_log_out()
        user.is_at("/account")
        authenticator.waits()
        user.log_out()
        authenticator.set_counter(50)
        user.enter_password()
        press_passkey(user, authenticator)
        expect(user.page.locator("#error")).to_be_visible()
        user.page.locator("summary").click()
        user.page.locator("#recovery-code").fill(code)
        user.page.get_by_role("button", name="Use the code").click()
        user.is_at("/account")
        expect(user.page.get_by_role("main")).to_contain_text("perhaps copied")

    def test_makes_an_account_without_a_password(self, installation: Installation, new_page: NewPage) -> None:
        user = User(new_page(), Account(installation, "nopassword"))
        authenticator = Authenticator(user.page)
        user.open("/register/passkey")
        user.page.locator("#username").fill(user.account.username)
        user.page.locator("#fullname").fill("Ann Lee")
        with user.page.expect_navigation():
            user.page.locator(BUTTON).click()
        expect(user.page.locator(".codes li")).to_have_count(10)
        user.open("/account")
        expect(user.page.get_by_role("main")).to_contain_text("not set")
        authenticator.waits()
        user.log_out()
        press_passkey(user, authenticator)
        user.is_at("/account")

    def test_step_up(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        Authenticator(user.page)
        add_passkey(user)
        user.open("/log-in/again?next=/account/email")
        user.page.locator(BUTTON).click()
        user.is_at("/account/email")

    def test_button_needs_scripts(self, installation: Installation, new_page: NewPage) -> None:
        page = new_page(java_script_enabled=False)
        page.goto(f"{installation.url}/log-in")
        expect(page.locator("form[data-passkey]")).to_be_hidden()
