"""Whether the pages are accessible: axe, the keyboard, narrow screens, and the size of targets."""

from collections.abc import Callable, Sequence
from typing import Any, Literal
from urllib.parse import urlencode

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect
from tests.browser.conftest import Installation, send
from tests.browser.user import Authenticator, User, a_user, add_passkey
from tests.harness.editions import IS_THOROUGH
from tests.login_code_helpers import CHALLENGE

NewPage = Callable[..., Page]
LOGGED_OUT = (
    *("/log-in", "/register", "/register/passkey", "/verify-email", "/reset", "/reset/new", "/undo-email"),
    *("/invitation", "/keep-account"),
)
LOGGED_IN = (
    *("/account", "/account/name", "/account/email", "/account/email/remove", "/account/password"),
    *("/account/password/remove", "/account/authenticator", "/account/authenticator/remove"),
    *("/account/recovery-codes", "/account/passkeys", "/account/passkeys/add", "/log-in/again", "/log-out"),
    *("/account/api-keys", "/account/api-keys/add", "/account/data", "/account/close", "/invitation"),
)
Look = tuple[Literal["light", "dark"], int]
"""A colour scheme, and the width of the screen in pixels."""
LOOKS: tuple[Look, ...] = (("light", 320), ("light", 1_280), ("dark", 320), ("dark", 1_280))
SMALL: dict[str | None, Look] = {"en": ("light", 1_280), "de": ("dark", 320)}
"""The one look of a page in each language, in the small edition. German has the longer words."""
CHECK = """async () => {
  const found = await axe.run({resultTypes: ["violations"]});
  const wide = document.documentElement.scrollWidth > innerWidth ? ["wider than the screen"] : [];
  const targets = [...document.querySelectorAll("main button, main .button, main input, summary")];
  const small = targets.filter((each) => each.checkVisibility() && each.type !== "checkbox"
    && each.getBoundingClientRect().height < 44).map((each) => "small: " + each.outerHTML);
  const broken = found.violations.map((each) => [each.id, each.nodes.map((node) => node.html)]);
  return [...broken, ...wide, ...small];
}"""


def assert_accessible(page: Page, name: str, looks: Sequence[Look] = LOOKS) -> None:
    """Run axe in each of the looks, by default in both schemes at both widths, without a reload.

    In the small edition it runs in one look for each language.
    """
    page.evaluate(AXE_SCRIPT)
    if not IS_THOROUGH:
        looks = (SMALL[page.locator("html").get_attribute("lang")],)
    for scheme, width in looks:
        page.emulate_media(color_scheme=scheme)
        if page.viewport_size != {"width": width, "height": 700}:  # Chromium lays out again even so
            page.set_viewport_size({"width": width, "height": 700})
        found: list[Any] = page.evaluate(CHECK)
        assert found == [], (name, scheme, width)


def assert_refusals_are_accessible(page: Page, url: str) -> None:
    page.goto(f"{url}/reset/new#token=x")
    page.locator("#new_password").fill("x")
    send(page)
    expect(page.locator("#error")).to_be_focused()
    assert_accessible(page, "an error above the form")
    page.goto(f"{url}/register")
    page.locator("#username").fill("with space")
    for name in ("fullname", "password"):
        page.locator(f"#{name}").fill("x")
    send(page)
    expect(page.locator("#username")).to_be_focused()
    assert_accessible(page, "an error at a field")


def assert_steps_are_accessible(user: User) -> None:
    """Look at the pages between the steps of an enrolment, a log-in and a return to a front end."""
    page = user.page
    user.begin_app()
    page.locator("summary").click()
    assert_accessible(page, "the key of an authenticator app")
    user.confirm_app()
    expect(page.locator(".codes li")).to_have_count(10)
    assert_accessible(page, "recovery codes")
    page.goto(f"{user.url}/account?done=authenticator")
    assert_accessible(page, "what was done")
    user.log_out()
    user.enter_password()
    expect(page.locator("#totp-code")).to_be_visible()
    page.locator("summary").click()
    assert_accessible(page, "the second factor")
    page.locator("#totp-code").fill(user.code())
    send(page)
    user.is_at("/account")
    page.goto(f"{user.url}/return?return_to=https://evil.example")
    assert_accessible(page, "an unknown front end")


class TestAxe:
    def test_finds_nothing(self, installation: Installation, new_page: NewPage) -> None:
        for locale in ("en-GB", "de-DE"):
            page = new_page(locale=locale)
            for path in LOGGED_OUT:
                page.goto(installation.url + path)
                assert page.locator("html").get_attribute("lang") == locale[:2]
                assert_accessible(page, path)
            assert_refusals_are_accessible(page, installation.url)

    def test_finds_nothing_in_the_account(self, installation: Installation, new_page: NewPage) -> None:
        for locale in ("en-GB", "de-DE"):
            user = a_user(installation, new_page, locale=locale)
            user.account.add_address()
            assert_steps_are_accessible(user)
            Authenticator(user.page)
            add_passkey(user)
            for path in LOGGED_IN:
                user.open(path)
                assert user.page.locator("html").get_attribute("lang") == locale[:2]
                user.is_at(path)
                assert_accessible(user.page, path)

    def test_finds_nothing_on_the_way_back(self, installation: Installation, new_page: NewPage) -> None:
        user = a_user(installation, new_page)
        page = user.page.context.new_page()
        page.add_init_script("HTMLFormElement.prototype.requestSubmit = () => {}")
        wanted = {"return_to": f"{installation.front_end}/callback", "code_challenge": CHALLENGE}
        page.goto(f"{user.url}/return?{urlencode(wanted)}")
        assert_accessible(page, "/return")


class TestKeyboard:
    def test_is_enough(self, installation: Installation, new_page: NewPage) -> None:
        """Tab, Enter and letters: register, change the name, and log out."""
        page = new_page()
        page.goto(f"{installation.url}/log-in")
        press_on(page, "Create an account")
        expect(page.get_by_role("heading", level=1)).to_have_text("Create an account")
        for name, text in {
            "username": "keyboard",
            "fullname": "Ann Lee",
            "password": "of nobody else",
        }.items():
            tab_to(page, f"document.activeElement.id === '{name}'")
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{installation.url}/account")
        press_on(page, "Change")
        tab_to(page, "document.activeElement.id === 'fullname'")
        page.keyboard.press("Control+A")
        page.keyboard.type("Ann K. Lee")
        page.keyboard.press("Enter")
        expect(page.locator("#done")).to_be_focused()
        expect(page.get_by_role("main")).to_contain_text("Ann K. Lee")
        press_on(page, "Log out")
        expect(page).to_have_url(f"{installation.url}/log-in")

    def test_link_of_a_mail(self, installation: Installation, new_page: NewPage) -> None:
        account = installation.an_account()
        mail = account.verification()
        page = new_page()
        page.goto(next(word for word in mail.text.split() if "#token=" in word))
        expect(page.locator("#token")).to_be_hidden()
        for text in (account.username, account.password):
            page.keyboard.press("Tab")
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading")).to_have_text("The address is verified")


def press_on(page: Page, label: str) -> None:
    """Go to the link or button with this label, and press it."""
    tab_to(page, f"document.activeElement.textContent.trim() === {label!r}")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, condition: str) -> None:
    """Press Tab until the condition holds; each element on the way must show that it has the focus."""
    for _ in range(40):
        if page.evaluate(condition):
            return
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none" or page.evaluate("document.activeElement === document.body"), page.evaluate(
            "document.activeElement.outerHTML"
        )
    raise AssertionError(condition)
