"""Requests with more, fewer or other values than they should have, over the whole API."""

from typing import Any

import httpx2
import pytest
from tests.builders import a_registration
from tests.fakes import FakeStorage
from tests.mail_helpers import a_verified_address, deliver

from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.container import Container

ANN = {"username": "ann", "password": "sntsh"}
BOB = {"username": "bob", "password": "another"}
POISONED = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "gopher",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil",
    "X-Original-URL": "https://evil.example/",
    "X-Rewrite-URL": "/evil",
    "Forwarded": "for=192.0.2.1;host=evil.example;proto=gopher",
}
OWNED_BY_THE_SERVER = {
    "id": 2,
    "user_id": 2,
    "sub": "2",
    "username_key": "bob",
    "password_hash": "$2b$04$" + "a" * 53,
    "disabled_at": "2020-01-01T00:00:00Z",
    "disabled": True,
    "is_admin": True,
    "is_superuser": True,
    "roles": ["admin"],
    "email_verified": True,
    "sid": "0" * 32,
    "expires_at": "2999-01-01T00:00:00Z",
}


@pytest.fixture(autouse=True)
async def people(client: httpx2.AsyncClient) -> None:
    await client.post("/users/register", json=a_registration(**ANN, fullname="Ann Lee"))
    await client.post("/users/register", json=a_registration(**BOB, fullname="Bob Ray"))


async def logged_in(client: httpx2.AsyncClient) -> tuple[dict[str, str], dict[str, str]]:
    """Return Ann's tokens and the header that shows them."""
    answer = await client.post("/sessions", json=ANN)
    assert answer.status_code == 201
    return answer.json(), {"Authorization": f"Bearer {answer.json()['access_token']}"}


class TestBody:
    async def test_sets_no_server_fields(self, client: httpx2.AsyncClient, storage: FakeStorage) -> None:
        """R13 (GHSA-wpfr-6297-9v57, CVE-2026-27946, CVE-2026-54693; CWE-915): mass assignment."""
        eve = OWNED_BY_THE_SERVER | {"username": "eve", "password": "a third", "fullname": "Eve"}
        answer = await client.post("/users/register", json=eve)
        assert answer.json() == {"id": 3, "username": "eve", "fullname": "Eve"}
        _, bearer = await logged_in(client)
        renamed = await client.patch(
            "/users/me", json=OWNED_BY_THE_SERVER | {"fullname": "A"}, headers=bearer
        )
        assert renamed.json() == {"id": 1, "username": "ann", "fullname": "A"}
        for credentials in (
            BOB,
            {"username": "eve", "password": "a third"},
        ):  # neither is disabled or changed
            answer = await client.post("/sessions", json=OWNED_BY_THE_SERVER | credentials)
            assert answer.status_code == 201
        assert [event.type for event in storage.events].count(EventType.USER_CREATED) == 3

    async def test_does_not_choose_the_caller(self, client: httpx2.AsyncClient) -> None:
        """R35 (CVE-2025-61928; CWE-639): the acting user comes from the token and from nothing else."""
        _, bearer = await logged_in(client)
        others = {"user_id": 2, "userId": 2, "id": 2, "username": "bob", "sub": "2"}
        for query in ("", "?user_id=2&userId=2&id=2&username=bob"):
            renamed = await client.patch(f"/users/me{query}", json=others | {"fullname": "A"}, headers=bearer)
            assert renamed.json()["username"] == "ann"
            assert (await client.get(f"/users/me{query}", headers=bearer)).json()["username"] == "ann"
        change = others | {"current_password": "sntsh", "new_password": "a new one"}
        assert (await client.put("/users/me/password", json=change, headers=bearer)).status_code == 204
        assert (await client.delete("/sessions", headers=bearer)).status_code == 204
        assert (await client.post("/sessions", json=BOB)).status_code == 201

    @pytest.mark.parametrize("body", [b"", b"{}", b"null", b"[]"])
    async def test_empty_body_skips_no_step(
        self, client: httpx2.AsyncClient, storage: FakeStorage, body: bytes
    ) -> None:
        """R31 (CVE-2026-49443; CWE-841): an empty body skips no step."""
        _, bearer = await logged_in(client)
        before = len(storage.events)
        headers = bearer | {"Content-Type": "application/json"}
        for method, path in [
            ("POST", "/users/register"),
            ("POST", "/sessions"),
            ("POST", "/sessions/refresh"),
            ("POST", "/sessions/current/step-up"),
            ("PATCH", "/users/me"),
            ("PUT", "/users/me/password"),
            ("POST", "/users/me/password"),
            ("PUT", "/users/me/email"),
            ("POST", "/users/me/email/verify"),
            ("POST", "/users/me/email/undo"),
            ("POST", "/password-resets"),
            ("POST", "/password-resets/complete"),
        ]:
            assert (await client.request(method, path, content=body, headers=headers)).status_code == 422
        assert len(storage.events) == before
        assert (await client.get("/users/me", headers=bearer)).json()["fullname"] == "Ann Lee"


class TestForwardedHeaders:
    @pytest.mark.parametrize("name", POISONED)
    async def test_do_not_choose_the_issuer(self, client: httpx2.AsyncClient, name: str) -> None:
        """R11 (GHSA-3529-5m8x-rpv3, CVE-2025-64101; CWE-640): addresses come from the settings alone."""
        for path in ("oauth-authorization-server", "openid-configuration"):
            plain = await client.get(f"/.well-known/{path}")
            poisoned = await client.get(f"/.well-known/{path}", headers={name: POISONED[name]})
            assert poisoned.content == plain.content
            assert "evil" not in str(poisoned.headers)

    @pytest.mark.parametrize("name", POISONED)
    async def test_do_not_choose_the_links_in_mails(
        self, client: httpx2.AsyncClient, container: Container, name: str
    ) -> None:
        """R11 (GHSA-3529-5m8x-rpv3, CVE-2025-64101; CWE-640): links in mails come from the settings alone."""
        await a_verified_address(container, "ann", "ann@example.com")
        poisoned = {name: POISONED[name]}
        await client.post("/password-resets", json={"identifier": "ann"}, headers=poisoned)
        (mail,) = await deliver(container)
        target = container.link_targets().reset
        assert f"link: {target}#token=fa_pr_" in mail.text
        assert "evil" not in mail.text + mail.html + mail.subject + mail.message_id + mail.to


class TestGet:
    async def test_returns_no_token(
        self, client: httpx2.AsyncClient, openapi_document: dict[str, Any]
    ) -> None:
        """R45 (CVE-2021-21241; CWE-598): tokens are given for POST alone."""
        giving = [
            (path, method)
            for path, operations in openapi_document["paths"].items()
            for method, operation in operations.items()
            if any(name in str(operation["responses"]) for name in ("LoginResponse", "TokenResponse"))
        ]
        posts = (
            *("/api-keys/token", "/oauth/token"),
            *("/sessions", "/sessions/current/step-up", "/sessions/exchange", "/sessions/passkey"),
            *("/sessions/refresh", "/sessions/second-factor"),
        )
        assert sorted(giving) == [(path, "post") for path in posts]
        tokens, bearer = await logged_in(client)
        for method in ("GET", "HEAD", "OPTIONS"):
            for path in (
                "/sessions",
                "/sessions/refresh",
                f"/sessions/refresh?refresh_token={tokens['refresh_token']}",
            ):
                answer = await client.request(method, path, headers=bearer)
                assert "_token" not in answer.text.replace("no_access_token", "")
