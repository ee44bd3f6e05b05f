"""Chromium, the service, and a mail server of another make."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.harness.mail_server import Mailbox, mail_server
from tests.harness.postgres import free_port
from tests.harness.processes import wait_until
from tests.harness.service import NO_TLS, Service
from tests.mail_helpers import token_in

from fastauth.domain.mail.message import Message

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    "--disable-background-networking",
    "--renderer-process-limit=1",  # one for each context, also after a change of the opener policy
]
DEADLINE = 30.0  # seconds; a failure alone waits for so long
PASSWORD = "a password of nobody else"
_numbers = count(1)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Contexts:
    """Browsers without shared data. The next test uses the browser of a test that has ended.

    Its cookies are deleted, and its pages closed. A blank page stays, else its process would end:
    one that starts costs as much as four pages.
    """

    browser: Browser
    free: dict[str, list[BrowserContext]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def lease(self) -> Iterator[Callable[..., BrowserContext]]:
        """Yield a function that returns an unused context with these options."""
        leased: list[tuple[str, BrowserContext]] = []

        def context(**options: Any) -> BrowserContext:  # noqa: ANN401  those of playwright
            kind = repr(sorted(options.items()))
            found = self.free[kind].pop() if self.free[kind] else self.with_blank_page(**options)
            leased.append((kind, found))
            return found

        yield context
        for kind, each in leased:
            for page in each.pages[1:]:
                page.close()
            each.clear_cookies()
            self.free[kind].append(each)

    def with_blank_page(self, **options: Any) -> BrowserContext:  # noqa: ANN401  those of playwright
        context = self.browser.new_context(**options)
        context.new_page()
        return context


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Contexts:
    return Contexts(browser)


@pytest.fixture
def new_page(contexts: Contexts) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a browser of its own.

    At the end nothing may be in the console, and no request may have left the service.
    """
    troubles: list[str] = []
    with contexts.lease() as new_context:

        def opened(**options: Any) -> Page:  # noqa: ANN401  those of playwright
            page = new_context(**{"locale": "en-GB", **options}).new_page()
            page.on("console", lambda line: troubles.append(f"{line.type}: {line.text}"))
            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("request", lambda sent: None if is_here(sent.url) else troubles.append(sent.url))
            return page

        yield opened
    unexpected = [each for each in troubles if "status of 4" not in each]  # Chromium logs each 4xx
    assert unexpected == []


def send(page: Page) -> None:
    """Press the button that sends the form of the page."""
    page.locator("main form:visible button:not([type])").first.click()


def is_here(url: str) -> bool:
    return url.startswith(("http://localhost:", "data:"))


@dataclass
class Installation:
    """A service that sends mails to `box`, and clients of its API."""

    service: Service
    box: Mailbox
    front_end: str
    """The URL of a front end to which the pages may lead."""

    @property
    def url(self) -> str:
        return f"http://localhost:{self.service.port}"

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:  # noqa: ANN401  those of httpx2
        return httpx2.request(method, self.service.url + path, verify=NO_TLS, **options)

    def run(self, *arguments: str) -> None:
        """Run a command of the service, in a thread of its own: playwright has an event loop in this one."""
        with ThreadPoolExecutor(1) as thread:
            thread.submit(self.service.run, *arguments).result()

    def an_account(self) -> "Account":
        username = f"user{next(_numbers)}"
        body = {"username": username, "password": PASSWORD, "fullname": "Ann Lee"}
        assert self.request("POST", "/users/register", json=body).status_code == 201
        return Account(self, username)

    def mail_with(self, prefix: str, *, to: str) -> Message:
        """Return the newest mail to an address with a token of this prefix; others may arrive as well."""
        wait_until(lambda: bool(self._mails(prefix, to)), f"no mail with {prefix} arrived", deadline=DEADLINE)
        return self._mails(prefix, to)[-1]

    def _mails(self, prefix: str, to: str) -> list[Message]:
        return [each for each in self.box.messages() if each.to == to and f"#token={prefix}" in each.text]


@dataclass
class Account:
    """An account of an installation."""

    installation: Installation
    username: str
    password: str = PASSWORD

    @property
    def address(self) -> str:
        return f"{self.username}@example.com"

    def log_in(self) -> httpx2.Response:
        body = {"username": self.username, "password": self.password}
        return self.installation.request("POST", "/sessions", json=body)

    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.log_in().json()['access_token']}"}

    def add_address(self, address: str | None = None) -> None:
        """Give the account an address, which gets a mail."""
        body = {"email": address or self.address}
        answer = self.installation.request("PUT", "/users/me/email", json=body, headers=self.bearer())
        assert answer.status_code == 202, answer.text

    def verification(self) -> Message:
        """Give the account an address, and return the mail that verifies it."""
        self.add_address()
        return self.installation.mail_with("fa_ev_", to=self.address)

    def reset(self) -> Message:
        """Give the account a verified address, and return a mail that resets the password."""
        self.verify(self.verification())
        body = {"identifier": self.address}
        assert self.installation.request("POST", "/password-resets", json=body).status_code == 202
        return self.installation.mail_with("fa_pr_", to=self.address)

    def verify(self, mail: Message) -> None:
        body = {"token": token_in(mail)}
        answer = self.installation.request("POST", "/users/me/email/verify", json=body, headers=self.bearer())
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("browser")
    port, front_end = free_port(), f"http://localhost:{free_port()}"
    with mail_server() as box:
        settings = {
            "FASTAUTH_PORT": str(port),
            "FASTAUTH_MAIL": "smtp",
            "FASTAUTH_MAIL_URL": f"smtp://127.0.0.1:{box.port}",
            "FASTAUTH_MAIL_FROM": "Acme <auth@acme.example>",
            "FASTAUTH_MAIL_PER_MINUTE": "10000",
            "FASTAUTH_PASSWORD_MIN_LENGTH": "8",
            "FASTAUTH_RETURN_TO": f"{front_end}/callback",
        }
        with Service(f"sqlite:///{directory}/browser.db", **settings) as service:
            yield Installation(service, box, front_end)
