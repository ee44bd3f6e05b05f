"""``/register``: an account and its first session, and errors at the fields that cause them."""

import pytest
from tests.fakes import FakeStorage
from tests.mail_helpers import deliver
from tests.page_helpers import Browser

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode

BOB = {"username": "bob", "fullname": "Bob Ross", "password": "happy trees", "email": ""}


class TestRegister:
    async def test_creates_an_account_and_logs_in(self, browser: Browser, storage: FakeStorage) -> None:
        answer = await browser.post("/register", **BOB)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert "You are logged in as bob." in (await browser.get("/log-out")).text
        assert [each.type for each in storage.events][-2:] == [
            EventType.USER_CREATED,
            EventType.LOGIN_SUCCEEDED,
        ]

    async def test_mail_to_the_address_is_in_the_language_of_the_browser(
        self, browser: Browser, container: Container
    ) -> None:
        headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "de"}
        form = BOB | {"email": " bob@example.com "}
        assert (await browser.post_with(headers, "/register", **form)).status_code == 303
        (mail,) = await deliver(container)
        assert mail.to == "bob@example.com"
        user = await container.find_user()(username="bob")
        assert user.locale == "de"

    async def test_violations_are_shown_at_their_fields(self, browser: Browser) -> None:
        form = {
            "username": "b ob",
            "fullname": " ",
            "email": "bob@",
            "password": "",
            "next": "/account/sessions",
        }
        page = await browser.send("/register", **form)
        assert page.status == 422
        for name, text in {
            "username": "This has a character that is not allowed, such as a space.",
            "fullname": "Enter something here.",
            "email": "This is no e-mail address.",
            "password": "Enter something here.",
        }.items():
            field = page.input(name)
            assert field["aria-invalid"] == "true", name
            assert f"{name}-error" in str(field["aria-describedby"]).split(), name
            assert page.text_at(f"{name}-error") == text
            assert ("autofocus" in field) == (name == "username"), "the first one has the focus"
            assert field["value"] == ("" if name == "password" else form[name])
        assert page.value("next") == "/account/sessions"
        assert browser.cookies == {}

    async def test_username_of_another_account(self, browser: Browser) -> None:
        await browser.post("/register", **BOB)
        page = await Browser(browser.client).send("/register", **(BOB | {"username": "BOB"}))
        assert page.status == 409
        assert page.text_at("username-error") == "Another account has this username. Choose another one."
        assert page.error == page.text_at("username-error")

    async def test_each_rule_of_a_name_has_a_text(self, browser: Browser) -> None:
        for username, text in {
            "": "Enter something here.",
            "b" * 51: "That is too long.",
            "a\u202eb": "not allowed",
            "b\u043eb": "Use letters of one alphabet.",
            "bob@example.com": "not allowed",
        }.items():
            page = await browser.send("/register", **(BOB | {"username": username}))
            assert text in page.error, username

    async def test_session_from_before_ends(self, browser: Browser, storage: FakeStorage) -> None:
        await browser.post("/register", **BOB)
        await browser.post("/register", **(BOB | {"username": "eve"}))
        assert [each.ended_at is None for each in storage.sessions.values()] == [False, True]


class TestWithoutMail:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"mail": MailMode.OFF})

    async def test_requires_no_address(self, browser: Browser) -> None:
        page = await browser.open("/register")
        assert [each["name"] for each in page.of("input")] == ["next", "username", "fullname", "password"]
        assert (await browser.post("/register", **(BOB))).status_code == 303
        assert "/reset" not in (await browser.get("/log-in")).text


class TestFields:
    async def test_have_labels_and_autocomplete_tokens(self, browser: Browser) -> None:
        """The tokens of HTML for password managers; no field refuses to be pasted into (WCAG 2.2, 3.3.8)."""
        tokens = {
            "/register": {
                "username": "username",
                "fullname": "name",
                "email": "email",
                "password": "new-password",
            },
            "/log-in": {"username": "username webauthn", "password": "current-password"},
        }
        for path, expected in tokens.items():
            page = await browser.open(path)
            fields = {each["name"]: each for each in page.of("input") if each["type"] != "hidden"}
            assert {name: each["autocomplete"] for name, each in fields.items()} == expected
            assert {each["id"] for each in fields.values()} <= {each["for"] for each in page.of("label")}
            assert len(page.of("h1")) == len(page.of("main")) == 1
            assert "onpaste" not in page.text
