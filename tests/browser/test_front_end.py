"""The example of a front end whose users log in on the pages."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import DEADLINE, Installation, send
from tests.browser.user import a_user
from tests.harness.processes import wait_until

ROOT = Path(__file__).parents[2]


def answers(url: str) -> bool:
    try:
        return httpx2.get(url).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture(scope="module")
def front_end(installation: Installation) -> Iterator[str]:
    """Return the URL of the example, which runs as its page says."""
    url, port = installation.front_end, installation.front_end.rpartition(":")[2]
    program = [sys.executable, "-m", "uvicorn", "--app-dir", "examples/front_end", "--port", port, "main:app"]
    environment = os.environ | {"AUTH_URL": installation.url, "OWN_URL": url}
    with subprocess.Popen(program, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: answers(url), "the front end does not answer", deadline=DEADLINE)
        yield url
        process.terminate()


class TestFrontEnd:
    def test_log_in_on_the_pages_leads_back(
        self, installation: Installation, new_page: Callable[..., Page], front_end: str
    ) -> None:
        account = installation.an_account()
        page = new_page()
        urls: list[str] = []
        page.on("framenavigated", lambda frame: urls.append(frame.url))
        page.goto(front_end)
        page.get_by_role("link", name="Log in").click()
        page.locator("#username").fill(account.username)
        page.locator("#password").fill(account.password)
        send(page)
        expect(page.locator("body")).to_have_text("Hello, Ann Lee!")
        assert page.url == f"{front_end}/"
        assert "eyJ" not in str(urls), "an access token is in no URL"

    def test_logged_in_user_does_not_log_in_again(
        self, installation: Installation, new_page: Callable[..., Page], front_end: str
    ) -> None:
        user = a_user(installation, new_page)
        user.page.goto(f"{front_end}/log-in")
        expect(user.page.locator("body")).to_have_text("Hello, Ann Lee!")

    def test_works_without_scripts(
        self, installation: Installation, new_page: Callable[..., Page], front_end: str
    ) -> None:
        user = a_user(installation, new_page, java_script_enabled=False)
        user.page.goto(f"{front_end}/log-in")
        send(user.page)
        expect(user.page.locator("body")).to_have_text("Hello, Ann Lee!")
