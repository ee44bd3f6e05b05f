"""``/account`` and its forms."""

from datetime import timedelta

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.account_helpers import OwnBrowser, own_browser
from tests.fakes import FakeClock, FakeStorage
from tests.hostile_texts import HOSTILE_TEXTS
from tests.http_helpers import ANN, log_in
from tests.mail_helpers import a_verified_address, deliver, token_of
from tests.page_helpers import ADDRESS, Browser, Page

from fastauth.domain.sessions.errors import InvalidAccessToken
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")
FORMS = {
    "/account/name": {"fullname": "Ann K. Lee"},
    "/account/password": {"current_password": ANN["password"], "new_password": "another"},
    "/account/password/remove": {},
    "/account/email": {"email": ADDRESS},
    "/account/email/resend": {},
    "/account/email/remove": {},
    "/account/authenticator": {},
    "/account/authenticator/confirm": {"code": "123456"},
    "/account/authenticator/remove": {},
    "/account/recovery-codes": {},
    "/account/passkeys/add": {"token": "", "credential": "{}", "name": "x"},
    "/account/passkeys/add/options": {},
    "/account/passkeys/rename": {"passkey_id": "x", "name": "x"},
    "/account/passkeys/remove": {"passkey_id": "x"},
    "/account/api-keys/add": {"name": "x", "scopes": "", "expires_in_days": "90"},
    "/account/api-keys/revoke": {"key_id": "x"},
    "/account/sessions/end": {"session_id": "0" * 32},
    "/account/sessions/end-others": {},
}
NEED_RECENT = (
    *("/account/email", "/account/email/remove", "/account/authenticator", "/account/authenticator/remove"),
    *(
        "/account/recovery-codes",
        "/account/passkeys/add",
        "/account/password/remove",
        "/account/api-keys/add",
    ),
)
SHOWN = ("/account", "/account/name", "/account/api-keys", "/account/password", *NEED_RECENT)


@pytest.fixture
async def browser(client: httpx2.AsyncClient, ann: None) -> OwnBrowser:
    return await own_browser(client)


class TestAccess:
    async def test_needs_a_log_in(self, client: httpx2.AsyncClient) -> None:
        for path in SHOWN:
            answer = await Browser(client).get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/log-in"), path

    async def test_session_that_ends_meanwhile_leads_to_the_log_in(
        self, browser: OwnBrowser, container: Container
    ) -> None:
        async def ended(**_: object) -> None:
            raise InvalidAccessToken

        with container.get_account_overview.override(Object(ended)):
            answer = await browser.get("/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/log-in")

    async def test_form_without_the_token_of_the_session_changes_nothing(
        self, browser: OwnBrowser, storage: FakeStorage
    ) -> None:
        before = repr(storage.users) + repr(storage.sessions) + repr(storage.events)
        for path, form in FORMS.items():
            for token in ({"x": ""}, {"csrf_token": ""}, {"csrf_token": browser.token[::-1]}):
                assert (await browser.post(path, **form, **token)).status_code == 403, (path, token)
            own = {"csrf_token": browser.token}
            answer = await browser.post_with({"Sec-Fetch-Site": "cross-site"}, path, **form, **own)
            assert answer.status_code == 403, path
        assert repr(storage.users) + repr(storage.sessions) + repr(storage.events) == before

    async def test_credentials_need_a_recent_log_in(self, browser: OwnBrowser, clock: FakeClock) -> None:
        clock.advance(timedelta(minutes=11))
        for path in NEED_RECENT:
            answer = await browser.get(path)
            assert answer.headers["location"] == f"/log-in/again?next={path.replace('/', '%2F')}", path
            answer = await browser.act(path, **FORMS[path])
            assert answer.headers["location"].startswith("/log-in/again"), path
        for path in set(SHOWN) - set(NEED_RECENT):
            assert (await browser.get(path)).status_code == 200, path


class TestOverview:
    async def test_shows_the_account(self, browser: OwnBrowser, container: Container) -> None:
        page = await browser.open("/account")
        assert page.title == "Your account"
        for text in ("ann", "Ann Lee", "none: without one", "Password", "Authenticator app", "this one"):
            assert text in page.text, text
        assert "Recovery codes" not in page.text
        await a_verified_address(container, "ann", ADDRESS)
        assert f"{ADDRESS}<span" in (await browser.open("/account")).text

    async def test_is_in_german(self, browser: OwnBrowser) -> None:
        for path in SHOWN:
            page = Page(await browser.request("GET", path, {"Accept-Language": "de"}))
            assert page.title != (await browser.open(path)).title, path

    async def test_unknown_outcome_is_not_shown(self, browser: OwnBrowser) -> None:
        for done in ("", "x", "<script>", "__class__"):
            page = Page(await browser.request("GET", "/account", params={"done": done}))
            assert 'id="done"' not in page.text
            assert len(page.of("script")) == 1

    async def test_hostile_texts_are_shown_as_text(self, client: httpx2.AsyncClient) -> None:
        """Names that users chose, and user agents of their clients."""
        for number, text in enumerate(HOSTILE_TEXTS):
            browser = OwnBrowser(client)
            form = {"username": f"user{number}", "fullname": "x", "password": "x", "email": ""}
            await browser.request(
                "POST",
                "/register",
                {"Sec-Fetch-Site": "same-origin", "User-Agent": text.encode("ascii", "replace").decode()},
                data=form,
            )
            browser.token = await browser.csrf_token()
            await browser.act("/account/name", fullname=text[:50])
            page = await browser.open("/account")
            assert len(page.of("script")) == 1, text
            names = {name for _, attributes in page.elements for name in attributes}
            assert not [name for name in names if name.startswith("on")], text
            assert {"iframe", "base", "style", "object"}.isdisjoint(tag for tag, _ in page.elements), text


class TestName:
    async def test_is_changed(self, browser: OwnBrowser) -> None:
        assert (await browser.open("/account/name")).value("fullname") == "Ann Lee"
        assert await browser.changed("/account/name", fullname="Ann K. Lee") == "The name is saved."
        assert "Ann K. Lee" in (await browser.open("/account")).text

    async def test_refusal_is_at_the_field(self, browser: OwnBrowser) -> None:
        page = await browser.refused("/account/name", fullname=" ")
        assert page.error == "Enter something here."
        assert page.input("fullname")["aria-invalid"] == "true"


class TestPassword:
    async def test_is_changed_and_ends_other_sessions(
        self, client: httpx2.AsyncClient, browser: OwnBrowser
    ) -> None:
        await log_in(client)
        message = await browser.changed("/account/password", current_password="sntsh", new_password="another")
        assert message == "The new password is saved, and all other sessions were ended."
        assert "End all others" not in (await browser.open("/account")).text
        assert (await client.post("/sessions", json=ANN | {"password": "another"})).status_code == 201

    async def test_wrong_and_empty_passwords_are_refused_and_not_shown(self, browser: OwnBrowser) -> None:
        page = await browser.refused("/account/password", current_password="wrong", new_password="another")
        assert "The password is wrong" in page.error
        page = await browser.refused("/account/password", current_password="sntsh", new_password="")
        assert page.error == "Enter something here."
        assert page.value("current_password") == page.value("new_password") == ""


class TestEmail:
    async def test_is_added_verified_and_removed(self, browser: OwnBrowser, container: Container) -> None:
        message = await browser.changed("/account/email", email=f" {ADDRESS} ")
        assert message == "A mail is on its way. Its link verifies the address."
        page = await browser.open("/account")
        assert f"{ADDRESS}<span" in page.text
        assert "not verified yet" in page.text
        token = token_of("fa_ev_", await deliver(container))
        assert await browser.changed("/account/email/resend") == message
        assert token_of("fa_ev_", await deliver(container)) != token
        assert (await browser.open("/account/email/remove")).title == "Remove your e-mail address"
        assert await browser.changed("/account/email/remove") == "The e-mail address is removed."
        assert ADDRESS not in (await browser.open("/account")).text

    async def test_refusal_is_at_the_field(self, browser: OwnBrowser) -> None:
        page = await browser.refused("/account/email", email="no address")
        assert page.error == "This is no e-mail address."
        assert page.value("email") == "no address"


class TestSessions:
    async def test_one_is_ended(self, client: httpx2.AsyncClient, browser: OwnBrowser) -> None:
        await log_in(client, **{"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/151.0"})
        page = await browser.open("/account")
        assert "Firefox on Windows" in page.text
        other = page.value("session_id") or ""
        assert await browser.changed("/account/sessions/end", session_id=other) == "The session was ended."
        page = await browser.open("/account")
        assert "Firefox on Windows" not in page.text
        assert await browser.changed("/account/sessions/end", session_id=other)

    async def test_of_another_account_is_not_ended(
        self, client: httpx2.AsyncClient, browser: OwnBrowser, storage: FakeStorage
    ) -> None:
        stranger = Browser(client)
        await stranger.post("/register", username="bob", fullname="Bob", password="x", email="")
        theirs = list(storage.sessions)[-1]
        await browser.changed("/account/sessions/end", session_id=theirs)
        assert (await stranger.get("/account")).status_code == 200

    async def test_all_others_are_ended(self, client: httpx2.AsyncClient, browser: OwnBrowser) -> None:
        other = OwnBrowser(client)
        await other.log_in()
        assert await browser.changed("/account/sessions/end-others") == "All other sessions were ended."
        assert (await other.get("/account")).headers["location"] == "/log-in"
        assert (await browser.get("/account")).status_code == 200
