"""The console in Chromium: whether it is accessible, and an act from the search to the result."""

from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Error, Page, expect
from tests.browser.conftest import Installation, send
from tests.browser.test_access import Look, assert_accessible
from tests.browser.user import User, a_user
from tests.harness.editions import size
from tests.hostile_texts import HOSTILE_TEXTS

NewPage = Callable[..., Page]
PATHS = (
    *("/console", "/console/users", "/console/users?q=nobody", "/console/roles", "/console/roles/admin"),
    *("/console/new-role", "/console/audit", "/console/outbox", "/console/outbox?show=closed"),
    *("/console/clients", "/console/signing-keys", "/console/users?after=x"),
    *("/console/roles/clerk", "/console/roles/clerk/edit", "/console/roles/clerk/delete"),
    *("/console/invitations", "/console/new-invitation", "/console/new-client"),
    *("/console/webhooks", "/console/new-webhook"),
)
ACTS = ("disable", "close", "end-sessions", "start-reset", "reset-second-factor")
HALF: dict[str, Sequence[Look]] = {
    "en-GB": (("dark", 320), ("light", 1_280)),
    "de-DE": (("light", 320), ("dark", 1_280)),
}
"""Looks of the pages with the one layout of the console: each scheme, width and language, but half of all."""


def an_administrator(installation: Installation, new_page: NewPage, **options: object) -> User:
    user = a_user(installation, new_page, **options)
    installation.run("users", "grant", user.account.username, "admin")
    return user


def id_of(user: User, username: str) -> str:
    """Search for an account, and return the path of its page."""
    user.open(f"/console/users?q={username}")
    return user.page.get_by_role("link", name=username, exact=True).get_attribute("href") or ""


def define_role(user: User, name: str) -> None:
    """Define a role by the form, or find it defined."""
    user.open("/console/new-role")
    user.page.locator("#name").fill(name)
    user.page.locator("#permissions").fill("orders:read")
    send(user.page)
    user.page.wait_for_url(f"**/console/roles/{name}?**")


def fill_in(user: User, path: str, **fields: str) -> None:
    """Send the form of a page."""
    user.open(path)
    for name, text in fields.items():
        user.page.locator(f"#{name}").fill(text)
    send(user.page)


def create(user: User, kind: str, **fields: str) -> str:
    """Create a client or a webhook, look at the page with its secret, and return the path of its own page."""
    fill_in(user, f"/console/new-{kind}", **fields)
    expect(user.page.locator(".secret")).to_be_visible()
    assert_accessible(user.page, f"the secret of a {kind}")
    return user.page.locator("main a.button").get_attribute("href") or ""


class TestAxe:
    def test_finds_nothing(self, installation: Installation, new_page: NewPage) -> None:
        """The list and an account are looked at in every way, the other pages in `HALF` of them."""
        for locale in ("en-GB", "de-DE"):
            user = an_administrator(installation, new_page, locale=locale)
            define_role(user, "clerk")
            client = create(user, "client", name=f"orders-{locale[:2]}", permissions="orders:read")
            webhook = create(user, "webhook", url=f"https://{'a-long-name.' * 4}example/{locale}")
            fill_in(
                user, "/console/new-invitation", email=f"{'a-long-name.' * 4}x@example.com", roles="auditor"
            )
            expect(user.page.get_by_role("status")).to_be_visible()
            other = installation.an_account()
            of_other = id_of(user, other.username)
            assert_accessible(user.page, "a list")
            installation.run("users", "disable", other.username)
            user.open(of_other)
            assert_accessible(user.page, "an account")
            user.open("/console/signing-keys")
            withdrawal = user.page.locator("td a.button").first.get_attribute("href") or ""
            of_client = (f"{client}{act}" for act in ("", "/edit", "/rotate-secret", "/disable", "/remove"))
            of_webhook = (f"{webhook}{act}" for act in ("", "/edit", "/rotate-secret", "/disable", "/remove"))
            of_account = (f"{of_other}/{act}" for act in ACTS)
            for path in (*PATHS, withdrawal, *of_account, *of_client, *of_webhook):
                user.open(path)
                assert user.page.locator("html").get_attribute("lang") == locale[:2], path
                assert_accessible(user.page, path, HALF[locale])


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


class TestSecret:
    def test_is_gone_after_the_page(self, installation: Installation, new_page: NewPage) -> None:
        """Neither the button back nor the page of the client shows it again."""
        user = an_administrator(installation, new_page)
        path = create(user, "client", name="invoices")
        secret = user.page.locator(".secret").inner_text()
        assert secret not in user.page.url
        user.page.get_by_role("link", name="I have kept the secret").click()
        user.page.wait_for_url(f"**{path}")
        expect(user.page.get_by_role("heading", level=1)).to_have_text("invoices")
        assert secret not in user.page.content()
        with pytest.raises(Error, match="ERR_CACHE_MISS"):
            user.page.go_back()
        expect(user.page.locator("body")).to_contain_text("ERR_CACHE_MISS")  # Chromium's own page is there
        assert secret not in user.page.content()


class TestHostileTexts:
    def test_are_shown_as_texts(self, installation: Installation, new_page: NewPage) -> None:
        """The fixture fails if anything is in the console, or a request leaves the service."""
        user = an_administrator(installation, new_page)
        other = installation.an_account()
        of_other = id_of(user, other.username)
        for text in HOSTILE_TEXTS[:: size(3, 1)]:
            body = {"fullname": text[:50]}
            installation.request("PATCH", "/users/me", json=body, headers=other.bearer())
            for path in (of_other, f"/console/users?q={other.username}"):
                user.open(path)
                assert user.page.locator("main script, main iframe, main style, main base").count() == 0, text
