"""Draw the pages for the documentation, in light and dark: `pytest tests/browser/screenshots.py`."""

from collections.abc import Callable
from pathlib import Path

import httpx2
from playwright.sync_api import Page
from tests.browser.conftest import DEADLINE, Account, Installation, send
from tests.browser.user import Authenticator, User, add_passkey
from tests.harness.processes import wait_until
from tests.harness.service import NO_TLS, Service

IMAGES = Path(__file__).parents[2] / "docs/images"
NARROW, WIDE, CONSOLE = 440, 860, 1_240
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


def test_draw_the_api_and_the_inbox(new_page: Callable[..., Page], tmp_path: Path) -> None:
    """As a service in development shows them."""
    settings = {"FASTAUTH_MAIL": "inbox", "FASTAUTH_PAGES_URL": "http://localhost:8000"}
    with Service(f"sqlite:///{tmp_path}/development.db", **settings) as service:
        url, page = f"http://localhost:{service.port}", new_page()
        page.goto(f"{url}/docs")
        page.get_by_text("/users/register", exact=True).wait_for()
        page.set_viewport_size({"width": 1_200, "height": 1_000})
        page.screenshot(path=IMAGES / "swagger-ui.png", animations="disabled")
        for username, fullname in (("santosh", "Santosh Kumar"), ("ann", "Ann Lee")):
            body = {"username": username, "password": "sntsh", "fullname": fullname}
            body["email"] = f"{username}@example.com"
            answer = httpx2.post(f"{service.url}/users/register", json=body, verify=NO_TLS)
            assert answer.status_code == 201, answer.text
        wait_until(lambda: _shows_mails(page, f"{url}/dev/inbox", 2), "no mails", deadline=DEADLINE)
        page.set_viewport_size({"width": 760, "height": 620})
        page.screenshot(path=IMAGES / "inbox.png", animations="disabled")


def _shows_mails(page: Page, url: str, number: int) -> bool:
    page.goto(url)
    found: int = page.locator("h2").count()
    return found == number


def test_draw_the_console(installation: Installation, new_page: Callable[..., Page]) -> None:
    """With an administrator, and accounts of each state."""
    page = new_page()
    names = {
        "grace": "Grace Hopper",
        "carla": "Carla Díaz",
        "dmitri": "Dmitri Ivanov",
        "eva": "Eva Müller",
        "femi": "Femi Adeyemi",
    }
    accounts = {username: Account(installation, username) for username in names}
    for username, fullname in names.items():
        body = {"username": username, "password": accounts[username].password, "fullname": fullname}
        assert installation.request("POST", "/users/register", json=body).status_code == 201
    run = installation.run
    run("users", "grant", "grace", "admin")
    run("users", "grant", "femi", "auditor")
    run("users", "disable", "dmitri")
    for username in ("grace", "carla", "femi"):
        accounts[username].verify(accounts[username].verification())
    user = User(page, accounts["grace"])
    user.enter_password()
    user.is_at("/account")
    user.set_up_app()
    user.open("/console/users")
    draw(page, "console-users", width=CONSOLE, height=500)
    draw(page, "console-users-phone", width=360, height=900)
    user.open("/console/users?q=carla")
    page.get_by_role("link", name="carla", exact=True).click()
    draw(page, "console-user", width=CONSOLE, height=500)
    user.open("/console/audit")
    draw(page, "console-audit", width=CONSOLE, height=500)
    for url in ("https://billing.example/hooks/fastauth", "https://crm.example/events"):
        user.open("/console/new-webhook")
        page.locator("#url").fill(url)
        send(page)
        page.locator("main a.button").click()
        page.locator("form[action$='/test']").wait_for()
    draw(page, "console-webhook", width=CONSOLE, height=500)
