"""The console in Chromium: whether everybody can use it, and an act from the search to the result."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.browser.conftest import Installation, send
from tests.browser.test_access import assert_accessible
from tests.browser.user import User, a_user
from tests.hostile_texts import HOSTILE_TEXTS

NewPage = Callable[..., Page]
PATHS = (
    *("/console", "/console/users", "/console/users?q=nobody", "/console/roles", "/console/roles/admin"),
    *("/console/new-role", "/console/audit", "/console/outbox", "/console/outbox?show=closed"),
    *("/console/clients", "/console/signing-keys", "/console/users?after=x"),
)


def an_administrator(installation: Installation, new_page: NewPage, **options: object) -> User:
    user = a_user(installation, new_page, **options)
    installation.run("users", "grant", user.account.username, "admin")
    return user


def id_of(user: User, username: str) -> str:
    """Search for an account, and return the path of its page."""
    user.open(f"/console/users?q={username}")
    return user.page.get_by_role("link", name=username, exact=True).get_attribute("href") or ""


class TestAxe:
    def test_finds_nothing(self, installation: Installation, new_page: NewPage) -> None:
        for locale in ("en-GB", "de-DE"):
            user = an_administrator(installation, new_page, locale=locale)
            other = installation.an_account()
            other.add_address()
            of_other = id_of(user, other.username)
            asked = [f"{of_other}/{act}" for act in ("disable", "end-sessions", "reset-second-factor")]
            for path in (*PATHS, of_other, *asked):
                user.open(path)
                assert user.page.locator("html").get_attribute("lang") == locale[:2]
                assert_accessible(user.page, path)


class TestKeyboardAndScripts:
    def test_account_is_found_and_disabled_without_scripts(
        self, installation: Installation, new_page: NewPage
    ) -> None:
        user = an_administrator(installation, new_page, java_script_enabled=False)
        other = installation.an_account()
        page = user.page
        page.goto(f"{user.url}/account")
        page.get_by_role("link", name="Administration").click()
        page.get_by_role("navigation").get_by_role("link", name="Users").click()
        page.get_by_label("Username or e-mail address").fill(other.username)
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=other.username, exact=True).click()
        page.get_by_role("link", name="Disable").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Disable {other.username}")
        send(page)
        expect(page.get_by_role("status")).to_contain_text("is disabled")
        assert other.log_in().status_code == 401
        page.get_by_role("button", name="Enable").click()
        assert other.log_in().status_code == 201

    def test_role_is_given_by_the_keyboard(self, installation: Installation, new_page: NewPage) -> None:
        user = an_administrator(installation, new_page)
        other = installation.an_account()
        user.open(id_of(user, other.username))
        user.page.get_by_label("Another role").focus()
        user.page.keyboard.type("auditor")
        user.page.keyboard.press("Tab")
        user.page.keyboard.press("Enter")
        expect(user.page.locator("#done")).to_be_focused()
        expect(user.page.get_by_role("main")).to_contain_text("auditor")


class TestHostileTexts:
    def test_are_shown_as_texts(self, installation: Installation, new_page: NewPage) -> None:
        """The fixture fails if anything is in the console, or a request leaves the service."""
        user = an_administrator(installation, new_page)
        other = installation.an_account()
        of_other = id_of(user, other.username)
        for text in HOSTILE_TEXTS[::3]:
            body = {"fullname": text[:50]}
            installation.request("PATCH", "/users/me", json=body, headers=other.bearer())
            for path in (of_other, f"/console/users?q={other.username}"):
                user.open(path)
                assert user.page.locator("main script, main iframe, main style, main base").count() == 0, text
