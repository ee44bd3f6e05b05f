"""A user of the pages, and the authenticators that Chromium simulates (WebDriver, Web Authentication)."""

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import Any

import pyotp
from playwright.sync_api import Page, expect
from tests.browser.conftest import Account, Installation, send


@dataclass
class User:
    """An account, and a page of a browser in which its user is logged in."""

    page: Page
    account: Account
    key: str = ""
    """That of the authenticator app, in base32."""

    @property
    def url(self) -> str:
        return self.account.installation.url

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def log_out(self) -> None:
        self.send_log_out()
        self.is_at("/log-in")

    def send_log_out(self) -> None:
        """Log out. An authenticator that answers at once then logs in again, by autofill."""
        self.page.goto(f"{self.url}/log-out")
        send(self.page)

    def enter_password(self) -> None:
        """Send the first form of the log-in."""
        self.page.goto(f"{self.url}/log-in")
        self.page.locator("#username").fill(self.account.username)
        self.page.locator("#password").fill(self.account.password)
        send(self.page)

    def set_up_app(self) -> list[str]:
        """Set up an authenticator app, and return the recovery codes."""
        self.begin_app()
        self.confirm_app()
        codes: list[str] = self.page.locator(".codes li").all_inner_texts()
        return codes

    def begin_app(self) -> None:
        self.open("/account/authenticator")
        send(self.page)
        self.key = (self.page.locator(".secret").text_content() or "").replace(" ", "")

    def confirm_app(self) -> None:
        """Send the code of the step before, so that the next log-in need not wait for another one.

        If a step began on the way, the code is too old, and the one after it is sent.
        """
        for _ in range(2):
            self.page.locator("#code").fill(self.code(steps=-1))
            with self.page.expect_navigation():  # else the former page is looked at on a busy machine
                send(self.page)
            if self.page.locator(".codes").is_visible():
                return

    def code(self, *, steps: int = 0) -> str:
        return pyotp.TOTP(self.key).at(int(time()) + 30 * steps)

    def is_at(self, path: str) -> None:
        expect(self.page).to_have_url(f"{self.url}{path}")


def a_user(installation: Installation, new_page: Callable[..., Page], **options: Any) -> User:  # noqa: ANN401  those of playwright
    """Return a new user, who is logged in with a password."""
    user = User(new_page(**options), installation.an_account())
    user.enter_password()
    user.is_at("/account")
    return user


class Authenticator:
    """A simulated authenticator of a page, which answers at once."""

    def __init__(self, page: Page, **changes: object) -> None:
        self.cdp = page.context.new_cdp_session(page)
        self.cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options | changes})
        self.id = added["authenticatorId"]

    def send(self, command: str, **arguments: object) -> Any:  # noqa: ANN401  JSON
        return self.cdp.send(f"WebAuthn.{command}", {"authenticatorId": self.id, **arguments})

    @property
    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.send("getCredentials")["credentials"]
        return found

    def waits(self) -> None:
        """Leave requests unanswered from now on, as a user who looks elsewhere."""
        self.send("setAutomaticPresenceSimulation", enabled=False)

    def answers(self) -> None:
        """Answer each request from now on."""
        self.send("setAutomaticPresenceSimulation", enabled=True)

    def set_counter(self, count: int) -> None:
        """Give the only credential another counter, as that of a copy."""
        (credential,) = self.credentials
        self.send("removeCredential", credentialId=credential["credentialId"])
        self.send("addCredential", credential=credential | {"signCount": count})

    def remove(self) -> None:
        self.send("removeVirtualAuthenticator")


def add_passkey(user: User, name: str = "Phone") -> None:
    """Add a passkey by the page of the account."""
    user.open("/account/passkeys/add")
    user.page.locator("#name").fill(name)
    with user.page.expect_navigation():
        send(user.page)
