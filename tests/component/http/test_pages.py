"""The pages to which the links in mails lead."""

import httpx2
import pytest
from tests.fakes import FakeStorage
from tests.http_helpers import ANN, TokenPair, assert_problem, bearer
from tests.mail_helpers import a_verified_address, deliver, token_of
from tests.page_helpers import ADDRESS, CREDENTIALS, Browser, a_pending_address, send

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")


class TestVerify:
    async def test_logs_in_verifies_and_ends_the_session(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair, storage: FakeStorage
    ) -> None:
        token = await a_pending_address(client, container, tokens)
        page = await send(client, "/verify-email", token=token, **CREDENTIALS)
        assert (page.status, page.title) == (200, "The address is verified")
        assert ADDRESS in page.text
        ann = await container.find_user()(username="ann")
        current = (await container.email_addresses().of_user(ann.id)).verified
        assert current
        assert current.address.text == ADDRESS
        assert [each.type for each in storage.events][-3:] == [
            EventType.LOGIN_SUCCEEDED,
            EventType.EMAIL_VERIFIED,
            EventType.LOGGED_OUT,
        ]
        assert len((await client.get("/sessions", headers=bearer(tokens))).json()) == 1

    async def test_new_address_takes_the_place_of_the_former(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        await client.put("/users/me/email", json={"email": "new@example.com"}, headers=bearer(tokens))
        token = token_of("fa_ec_", await deliver(container))
        page = await send(client, "/verify-email", token=token, **CREDENTIALS)
        assert (page.status, "new@example.com" in page.text) == (200, True)

    async def test_logged_in_user_sends_the_token_alone(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        """No password is required, and the session of the browser stays."""
        token = await a_pending_address(client, container, tokens)
        browser = Browser(client)
        await browser.log_in()
        form = await browser.open("/verify-email")
        assert {each["name"] for each in form.of("input")} == {"token", "csrf_token"}
        assert (await browser.send("/verify-email", token=token)).status == 403
        csrf_token = str(form.value("csrf_token"))
        page = await browser.send("/verify-email", token="fa_ev_x", csrf_token=csrf_token)
        assert (page.status, "This link is not valid" in page.error) == (401, True)
        page = await browser.send("/verify-email", token=token, csrf_token=csrf_token)
        assert (page.status, page.title) == (200, "The address is verified")
        assert (await browser.get("/")).headers["location"] == "/account"

    async def test_form_from_before_the_log_in_of_another_tab(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        token = await a_pending_address(client, container, tokens)
        browser = Browser(client)
        await browser.log_in()
        page = await browser.send("/verify-email", token=token, **CREDENTIALS)
        assert (page.status, page.title) == (200, "The address is verified")

    async def test_refusal_keeps_what_was_typed_but_the_password(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        token = await a_pending_address(client, container, tokens)
        for given, status, error in (
            ({"password": "wrong"}, 401, "Username and password do not fit"),
            ({"username": "nobody"}, 401, "Username and password do not fit"),
            ({"username": "", "password": ""}, 401, "Username and password do not fit"),
            ({"token": token[:-1]}, 401, "This link is not valid"),
            ({"token": ""}, 401, "This link is not valid"),
            ({"token": "\0"}, 401, "This link is not valid"),
        ):
            form = {"token": token, **CREDENTIALS} | given
            page = await send(client, "/verify-email", **form)
            assert (page.status, error in page.error) == (status, True), given
            assert page.value("username") == form["username"], given
            assert page.value("token") == form["token"].replace("\0", ""), given
            assert page.value("password") == "", given
        assert (await send(client, "/verify-email", token=f" {token} ", **CREDENTIALS)).status == 200

    async def test_session_ends_after_a_refusal(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        await send(client, "/verify-email", token="fa_ev_x", **CREDENTIALS)
        assert len((await client.get("/sessions", headers=bearer(tokens))).json()) == 1


class TestReset:
    async def test_requests_a_mail_and_sets_the_password(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        asked = await send(client, "/reset", identifier=f" {ADDRESS} ")
        assert (asked.status, asked.title) == (200, "Look into your mailbox")
        token = token_of("fa_pr_", await deliver(container))
        page = await send(client, "/reset/new", token=token, new_password="another")
        assert (page.status, page.title) == (200, "The new password is saved")
        assert_problem(await client.post("/sessions", json=ANN), 401, "invalid_credentials")
        assert (await client.post("/sessions", json=ANN | {"password": "another"})).status_code == 201
        again = await send(client, "/reset/new", token=token, new_password="another")
        assert (again.status, "This link is not valid" in again.error) == (401, True)

    async def test_page_is_the_same_for_every_account(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        pages = [
            (await send(client, "/reset", identifier=each)).text for each in ("ann", ADDRESS, "nobody", "")
        ]
        assert len(set(pages)) == 1

    async def test_password_that_is_not_allowed_leaves_the_link_valid(
        self, client: httpx2.AsyncClient, container: Container
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        await send(client, "/reset", identifier="ann")
        token = token_of("fa_pr_", await deliver(container))
        for password, error in (("", "Enter something here."), ("x" * 257, "That is too long.")):
            page = await send(client, "/reset/new", token=token, new_password=password)
            assert (page.status, page.error) == (422, error)
            assert page.value("token") == token
            assert page.value("new_password") == ""
        assert (await send(client, "/reset/new", token=token, new_password="another")).status == 200

    async def test_too_long_identifier(self, client: httpx2.AsyncClient) -> None:
        page = await send(client, "/reset", identifier="x" * 255)
        assert (page.status, page.error) == (422, "That is too long.")


class TestUndo:
    async def test_puts_the_former_address_back(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        await a_verified_address(container, "ann", ADDRESS)
        await client.put("/users/me/email", json={"email": "new@example.com"}, headers=bearer(tokens))
        change = {"token": token_of("fa_ec_", await deliver(container))}
        assert (
            await client.post("/users/me/email/verify", json=change, headers=bearer(tokens))
        ).status_code == 200
        token = token_of("fa_eu_", await deliver(container))
        page = await send(client, "/undo-email", token=token)
        assert (page.status, page.title) == (200, "The change is undone")
        assert_problem(await client.get("/users/me", headers=bearer(tokens)), 401, "invalid_token")
        assert (await send(client, "/undo-email", token=token)).status == 401
