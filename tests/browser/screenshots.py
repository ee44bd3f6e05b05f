"""Draw the pages for the documentation, in light and dark: `pytest tests/browser/screenshots.py`."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page
from tests.browser.conftest import Account, Installation
from tests.browser.user import Authenticator, User, add_passkey

IMAGES = Path(__file__).parents[2] / "docs/images"
NARROW, WIDE = 440, 860
MAX_BYTES = 60_000


def draw(page: Page, name: str, *, width: int = NARROW, height: int = 0) -> None:
    """Draw the whole page, or its first `height` pixels."""
    page.set_viewport_size({"width": width, "height": height or 200})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        picture = page.screenshot(
            path=IMAGES / f"{name}-{scheme}.png", full_page=not height, animations="disabled"
        )
        assert len(picture) < MAX_BYTES, (name, len(picture))


def test_draw_all(installation: Installation, new_page: Callable[..., Page]) -> None:
    page = new_page()
    for path in ("/log-in", "/register"):
        page.goto(installation.url + path)
        draw(page, path.strip("/"))
    for path, name in (("/verify-email", "verify-email"), ("/reset/new", "reset")):
        page.goto(f"{installation.url}{path}#token=x")
        draw(page, name)
    account = Account(installation, "ann")
    body = {"username": "ann", "password": account.password, "fullname": "Ann Lee"}
    assert installation.request("POST", "/users/register", json=body).status_code == 201
    account.verify(account.verification())
    user = User(page, account)
    user.enter_password()
    user.is_at("/account")
    user.begin_app()
    draw(page, "authenticator")
    user.confirm_app()
    draw(page, "recovery-codes", height=560)
    Authenticator(page)
    add_passkey(user, "Phone")
    user.open("/account")
    draw(page, "account", width=WIDE, height=780)
    user.open("/account/passkeys")
    draw(page, "passkeys")
    context = new_page()
    second = User(context, account)
    second.enter_password()
    draw(context, "second-factor")
