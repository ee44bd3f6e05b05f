"""Invitations over HTTP: ``/admin/invitations``, ``/invitations/accept`` and the page."""

import httpx2
import pytest
from tests.http_helpers import TokenPair, bearer
from tests.mail_helpers import a_verified_address, deliver, token_of
from tests.page_helpers import Browser

from fastauth.application.invitations.invite import InvitationRequest
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings
from fastauth.entrypoints.settings.mail import MailMode

ROOT = {"username": "root1", "password": "sntsh"}
EMAIL = "ann@example.com"
ANN = {"username": "ann", "password": "ann's password", "fullname": "Ann Lee"}


async def log_in(client: httpx2.AsyncClient, username: str, password: str) -> TokenPair:
    answer = await client.post("/sessions", json={"username": username, "password": password})
    tokens: TokenPair = answer.json()
    return tokens


async def roles_of(container: Container, username: str) -> list[str]:
    user = await container.find_user()(username=username)
    return [each.role for each in await container.roles().of_user(user.id)]


@pytest.fixture
async def admin(container: Container, client: httpx2.AsyncClient) -> dict[str, str]:
    """Return the headers of an administrator."""
    await container.register_user()(username="root1", password="sntsh", fullname="Root", address=None)
    await container.grant_role()(username="root1", role="admin")
    return bearer(await log_in(client, *ROOT.values()))


@pytest.fixture
async def token(container: Container) -> str:
    """Return the token of an invitation by an operator."""
    await container.invite_by_operator()(
        request=InvitationRequest(email=EMAIL, roles=["auditor"]), by_mail=True
    )
    return token_of("fa_in_", await deliver(container))


class TestAdmin:
    async def test_invite_list_withdraw(
        self, client: httpx2.AsyncClient, admin: dict[str, str], container: Container
    ) -> None:
        body = {"email": EMAIL, "roles": ["auditor"], "expires_in_days": 3}
        made = await client.post("/admin/invitations", json=body, headers=admin)
        assert made.status_code == 201, made.text
        assert made.json() | {"created_at": "", "expires_at": ""} == {
            "id": 1,
            "email": EMAIL,
            "roles": ["auditor"],
            "invited_by": 1,
            "created_at": "",
            "expires_at": "",
        }
        assert "fa_in_" not in made.text
        await client.post("/admin/invitations", json={"email": "bea@example.com"}, headers=admin)
        first = await client.get("/admin/invitations?limit=1", headers=admin)
        assert [each["email"] for each in first.json()] == [EMAIL]
        following = first.links["next"]["url"]
        second = await client.get(f"/admin/invitations{following}", headers=admin)
        assert [each["email"] for each in second.json()] == ["bea@example.com"]
        assert "next" not in second.links
        assert (await client.delete("/admin/invitations/1", headers=admin)).status_code == 204
        gone = await client.delete("/admin/invitations/1", headers=admin)
        assert (gone.status_code, gone.json()["code"]) == (404, "invitation_not_found")
        assert (await client.delete(f"/admin/invitations/{10**30}", headers=admin)).status_code == 404
        assert [mail.to for mail in await deliver(container)] == ["bea@example.com"]

    async def test_invalid_bodies(self, client: httpx2.AsyncClient, admin: dict[str, str]) -> None:
        for body, pointer in (
            ({}, "/email"),
            ({"email": "no"}, "/email"),
            ({"email": EMAIL, "expires_in_days": 31}, "/expires_in_days"),
            ({"email": EMAIL, "expires_in_days": True}, "/expires_in_days"),
            ({"email": EMAIL, "expires_in_days": 10**30}, "/expires_in_days"),
            ({"email": EMAIL, "roles": "admin"}, "/roles"),
            ({"email": EMAIL, "locale": "?"}, "/locale"),
        ):
            answer = await client.post("/admin/invitations", json=body, headers=admin)
            assert answer.status_code == 422, body
            assert [each["pointer"] for each in answer.json()["errors"]] == [pointer], body


class TestWithoutMail:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"mail": MailMode.OFF})

    async def test_is_not_offered(self, client: httpx2.AsyncClient, admin: dict[str, str]) -> None:
        answer = await client.post("/admin/invitations", json={"email": EMAIL}, headers=admin)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_offered")


class TestAccept:
    async def test_with_a_new_account(
        self, client: httpx2.AsyncClient, container: Container, token: str
    ) -> None:
        answer = await client.post("/invitations/accept", json={"token": token, **ANN})
        assert (answer.status_code, answer.json()) == (
            201,
            {"id": 1, "username": "ann", "fullname": "Ann Lee"},
        )
        me = await client.get("/users/me", headers=bearer(await log_in(client, "ann", ANN["password"])))
        assert me.json()["email"]["address"] == EMAIL
        assert await roles_of(container, "ann") == ["auditor"]
        again = await client.post("/invitations/accept", json={"token": token, **ANN, "username": "bea"})
        assert (again.status_code, again.json()["code"]) == (401, "invalid_link")
        assert token not in again.text

    async def test_with_an_account(
        self, client: httpx2.AsyncClient, container: Container, token: str
    ) -> None:
        await container.register_user()(
            username="ann", password=ANN["password"], fullname="Ann Lee", address=None
        )
        await a_verified_address(container, "ann", EMAIL)
        refused = await client.post("/invitations/accept", json={"token": token, **ANN, "username": "bea"})
        assert (refused.status_code, refused.json()["code"]) == (409, "log_in_to_accept")
        headers = bearer(await log_in(client, "ann", ANN["password"]))
        answer = await client.post("/users/me/invitations/accept", json={"token": token}, headers=headers)
        assert answer.status_code == 204
        assert await roles_of(container, "ann") == ["auditor"]
        assert (await client.post("/users/me/invitations/accept", json={"token": token})).status_code == 401


class TestPage:
    async def test_creates_an_account_and_logs_in(self, browser: Browser, token: str) -> None:
        page = await browser.send("/invitation", token=token, **(ANN | {"username": "a b"}))
        assert page.status == 422
        assert "not allowed" in page.text_at("username-error")
        assert (page.value("token"), page.value("fullname")) == (token, "Ann Lee")
        assert ANN["password"] not in page.text
        answer = await browser.post("/invitation", token=token, **ANN)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert EMAIL in (await browser.get("/account")).text
        page = await Browser(browser.client).send("/invitation", token=token, **ANN)
        assert (page.status, "not valid" in page.error) == (401, True)

    async def test_with_an_account(self, browser: Browser, container: Container, token: str) -> None:
        await container.register_user()(
            username="ann", password=ANN["password"], fullname="Ann Lee", address=None
        )
        await a_verified_address(container, "ann", EMAIL)
        page = await browser.send("/invitation", token=token, **(ANN | {"username": "bea"}))
        assert (page.status, "Log in to it" in page.error) == (409, True)
        await browser.post("/log-in", username="ann", password=ANN["password"])
        page = await browser.open("/invitation")
        csrf = page.value("csrf_token") or ""
        refused = await browser.post("/invitation/account", token=token, csrf_token="x")
        assert refused.status_code == 403
        page = await browser.send("/invitation/account", token=token, csrf_token=csrf)
        assert (page.status, page.title) == (200, "The invitation is accepted")
        assert await roles_of(container, "ann") == ["auditor"]

    async def test_get_request_changes_nothing(
        self, browser: Browser, client: httpx2.AsyncClient, container: Container, token: str
    ) -> None:
        """Mail scanners open links."""
        for method in ("GET", "HEAD"):
            assert (await client.request(method, f"/invitation?token={token}")).status_code == 200
        assert await container.acceptance().find(token)
