"""Whether everybody can use the pages: axe, the keyboard, and narrow screens."""

from collections.abc import Callable
from itertools import product

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.conftest import PASSWORD, Installation, send

PAGES = ("/verify-email", "/reset", "/reset/new", "/undo-email")


class TestPages:
    def test_axe_finds_nothing(self, installation: Installation, new_page: Callable[..., Page]) -> None:
        for scheme, width, locale in product(("light", "dark"), (320, 1_280), ("en-GB", "de-DE")):
            page = new_page(color_scheme=scheme, viewport={"width": width, "height": 700}, locale=locale)
            for path in PAGES:
                page.goto(installation.url + path)
                row = (path, scheme, width, locale)
                assert Axe().run(page).response["violations"] == [], row
                assert page.evaluate("document.documentElement.scrollWidth") <= width, row
            page.goto(f"{installation.url}/reset/new#token=x")
            page.locator("#new_password").fill("x")
            send(page)
            expect(page.locator("#error")).to_be_focused()
            assert Axe().run(page).response["violations"] == [], (scheme, width, locale)

    def test_keyboard_is_enough(self, installation: Installation, new_page: Callable[..., Page]) -> None:
        account = installation.an_account()
        mail = account.verification()
        page = new_page()
        page.goto(next(word for word in mail.text.split() if "#token=" in word))
        expect(page.locator("#token")).to_be_hidden()
        for text in (account.username, PASSWORD):
            page.keyboard.press("Tab")
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading")).to_have_text("The address is verified")
