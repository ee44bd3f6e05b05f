"""The links in mails, which a mail server has received, followed in Chromium."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Installation, send
from tests.mail_helpers import token_in

from fastauth.domain.mail.message import Message

NewPage = Callable[..., Page]


def link_in(mail: Message) -> str:
    (link,) = re.findall(r"\S+#token=\S+", mail.text)
    assert f'href="{link}"' in mail.html
    return str(link)


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#{name}").fill(value)


class TestVerify:
    def test_address_is_verified_by_a_log_in(self, installation: Installation, new_page: NewPage) -> None:
        account = installation.an_account()
        page = new_page()
        page.goto(link_in(account.verification()))
        expect(page.locator("#token")).to_be_hidden()
        assert page.url == f"{installation.url}/verify-email"
        fill(page, username=account.username, password="wrong")
        send(page)
        expect(page.locator("#error")).to_be_focused()
        expect(page.locator("#error")).to_contain_text("do not fit")
        fill(page, password=account.password)
        send(page)
        expect(page.get_by_role("heading")).to_have_text("The address is verified")
        expect(page.get_by_role("main")).to_contain_text(account.address)

    def test_without_script_the_code_is_pasted(self, installation: Installation, new_page: NewPage) -> None:
        account = installation.an_account()
        mail = account.verification()
        page = new_page(java_script_enabled=False, locale="de-DE")
        page.goto(link_in(mail))
        page.get_by_label("Code aus der Mail").fill(token_in(mail))
        page.get_by_label("Benutzername").fill(account.username)
        page.get_by_label("Passwort", exact=True).fill(account.password)
        page.get_by_role("button", name="Adresse bestätigen").click()
        expect(page.get_by_role("heading")).to_have_text("Die Adresse ist bestätigt")


class TestReset:
    def test_password_is_forgotten_and_replaced(self, installation: Installation, new_page: NewPage) -> None:
        account = installation.an_account()
        account.verify(account.verification())
        page = new_page()
        page.goto(f"{installation.url}/reset")
        page.get_by_label("Username or e-mail address").fill(account.address)
        send(page)
        expect(page.get_by_role("heading")).to_have_text("Look into your mailbox")
        page.goto(link_in(installation.mail_with("fa_pr_", to=account.address)))
        page.get_by_label("New password").fill("short")
        send(page)
        expect(page.locator("#new_password-error")).to_contain_text("at least 8 characters")
        page.get_by_label("New password").fill("quite another one")
        send(page)
        expect(page.get_by_role("heading")).to_have_text("The new password is saved")
        assert account.log_in().status_code == 401
        account.password = "quite another one"
        assert account.log_in().status_code == 201


class TestUndo:
    def test_change_is_undone(self, installation: Installation, new_page: NewPage) -> None:
        account = installation.an_account()
        account.verify(account.verification())
        new = f"new.{account.address}"
        account.add_address(new)
        page = new_page()
        page.goto(link_in(installation.mail_with("fa_ec_", to=new)))
        fill(page, username=account.username, password=account.password)
        send(page)
        expect(page.get_by_role("heading")).to_have_text("The address is verified")
        undo = installation.mail_with("fa_eu_", to=account.address)
        page.goto(link_in(undo))
        send(page)
        expect(page.get_by_role("heading")).to_have_text("The change is undone")
        page.get_by_role("link", name="Choose a new password").click()
        expect(page.get_by_role("heading")).to_have_text("Forgot your password?")


class TestNoClick:
    """Mail scanners open links, and some run their scripts."""

    def test_opened_link_changes_nothing(self, installation: Installation, new_page: NewPage) -> None:
        account = installation.an_account()
        mail = account.verification()
        for _ in range(3):
            page = new_page()
            page.goto(link_in(mail), wait_until="networkidle")
        account.verify(mail)  # the token is as good as before
        account = installation.an_account()
        mail = account.reset()
        page = new_page()
        page.goto(link_in(mail), wait_until="networkidle")
        assert account.log_in().status_code == 201
        body = {"token": token_in(mail), "new_password": "quite another one"}
        assert installation.request("POST", "/password-resets/complete", json=body).status_code == 204

    def test_token_leaves_the_browser_by_the_click_alone(
        self, installation: Installation, new_page: NewPage
    ) -> None:
        account = installation.an_account()
        mail = account.reset()
        page = new_page()
        sent: list[tuple[object, ...]] = []
        page.on(
            "request",
            lambda request: sent.append(
                (request.method, request.url, request.post_data or "", request.headers)
            ),
        )
        page.goto(link_in(mail), wait_until="networkidle")
        assert {method for method, *_ in sent} == {"GET"}
        assert token_in(mail) not in str(sent)
        assert page.evaluate("history.length") <= 2
        assert token_in(mail) not in page.evaluate("location.href")


class TestFraming:
    def test_page_cannot_be_framed(self, installation: Installation, browser: Browser) -> None:
        page = browser.new_page()
        page.set_content(f'<iframe src="{installation.url}/reset"></iframe>')
        expect(page.frame_locator("iframe").locator("#identifier")).to_have_count(0)
        assert [frame.url for frame in page.frames[1:]] == ["chrome-error://chromewebdata/"]
        page.close()
