"""Admin requests that are sent again with their ``Idempotency-Key``."""

import asyncio
from typing import Any

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.fakes import FakeStorage
from tests.fakes.webhooks import FakeOutboundHttp
from tests.mail_helpers import deliver

from fastauth.domain.accounts.user import UserId
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.role import ADMIN
from fastauth.entrypoints.container import Container

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
BODIES: dict[str, object] = {
    "create_client_by_admin": {"name": "orders"},
    "invite_by_admin": {"email": "ann@example.com"},
    "create_webhook": {"url": "https://hooks.example.com/fastauth", "events": []},
}
SEEN = {"create_client_by_admin", "invite_by_admin", "disable_user_by_admin", "end_sessions_by_admin"}
"""Operations that must be among those that the test reaches."""

NOT_REPEATABLE = {"send_test_message"}
"""It changes nothing, and waits up to 10 s for a receiver."""


class AuthenticateByNumber:
    """Takes the id of an administrator for an access token."""

    async def __call__(self, *, access_token: str) -> Principal:
        return Principal(
            kind=PrincipalKind.USER, permissions=ADMIN.permissions, user_id=UserId(int(access_token))
        )


@pytest.fixture
async def admin(container: Container) -> dict[str, str]:
    """Return the headers of one of two administrators."""
    for name in ("root1", "ann", "root2"):
        await container.register_user()(username=name, password="sntsh", fullname=name, address=None)
    for name in ("root1", "root2"):
        await container.grant_role()(username=name, role="admin")
    container.authenticate_principal.override(Object(AuthenticateByNumber()))
    return {"Authorization": "Bearer 1", "Idempotency-Key": KEY}


class TestEachRoute:
    async def test_second_response_is_the_first(
        self, client: httpx2.AsyncClient, admin: dict[str, str], storage: FakeStorage
    ) -> None:
        paths = (await client.get("/openapi.json")).json()["paths"]
        seen = set()
        for path, operation in _posts(paths):
            name = operation["operationId"]
            if name in NOT_REPEATABLE:
                continue
            assert "Idempotency-Key" in {each["name"] for each in operation["parameters"]}, name
            url = path.replace("{user_id}", "2")
            first = await client.post(url, headers=admin, json=BODIES.get(name))
            events = len(storage.events)
            again = await client.post(url, headers=admin, json=BODIES.get(name))
            assert again.status_code == first.status_code, name
            if first.is_success:
                seen.add(name)
                assert again.content == first.content, name
                assert again.headers.get("content-type") == first.headers.get("content-type"), name
                assert len(storage.events) == events, name
                reused = await client.post(f"{url}?x=1", headers=admin, json=BODIES.get(name))
                assert reused.status_code == 422, name
                assert reused.json()["errors"][0]["code"] == "idempotency_key_reused", name
        assert seen >= SEEN


class TestMalformedKey:
    async def test_tells_nothing_before_the_caller_is_known(
        self, client: httpx2.AsyncClient, admin: dict[str, str]
    ) -> None:
        """The error is one that the document of the route names."""
        paths = (await client.get("/openapi.json")).json()["paths"]
        for path, operation in _posts(paths):
            name = operation["operationId"]
            if name in NOT_REPEATABLE:
                continue
            url, malformed = path.replace("{user_id}", "2"), {"Idempotency-Key": "short"}
            assert (await client.post(url, headers=malformed)).status_code == 401, name
            answer = await client.post(url, headers=admin | malformed, json=BODIES.get(name))
            assert answer.status_code == 422, name
            assert answer.json()["errors"][0]["code"] == "not_an_idempotency_key", name
            assert "422" in operation["responses"], name


class TestKey:
    async def test_is_of_its_sender_and_path(
        self, client: httpx2.AsyncClient, admin: dict[str, str], storage: FakeStorage
    ) -> None:
        for token, expected in (("1", 1), ("1", 1), ("3", 2)):
            headers = admin | {"Authorization": f"Bearer {token}"}
            answer = await client.post("/admin/invitations", headers=headers, json=BODIES["invite_by_admin"])
            assert (answer.status_code, answer.json()["id"]) == (201, expected)
        assert len(storage.invitations) == 2

    async def test_error_is_not_kept(
        self, client: httpx2.AsyncClient, admin: dict[str, str], container: Container, storage: FakeStorage
    ) -> None:
        body = {"email": "ann@example.com", "roles": ["clerk"]}
        assert (await client.post("/admin/invitations", headers=admin, json=body)).status_code == 404
        assert (storage.invitations, storage.answered_requests) == ({}, {})
        assert await deliver(container) == []
        put = await client.put("/admin/roles/clerk", headers=admin, json={"permissions": ["a:b"]})
        assert put.status_code == 201
        assert (await client.post("/admin/invitations", headers=admin, json=body)).status_code == 201
        assert len(await deliver(container)) == 1

    async def test_no_transaction_waits_for_a_receiver(
        self, client: httpx2.AsyncClient, admin: dict[str, str], container: Container, storage: FakeStorage
    ) -> None:
        """In SQLite nobody else could write meanwhile; in PostgreSQL it would keep a connection."""
        bearer = {"Authorization": admin["Authorization"]}
        body = {"url": "https://hooks.example.com/fastauth"}
        created = await client.post("/admin/webhooks", headers=bearer, json=body)
        path = f"/admin/webhooks/{created.json()['id']}/test"
        for _ in range(2):
            assert (await client.post(path, headers=admin)).status_code == 200
        receiver = container.outbound_http()
        assert isinstance(receiver, FakeOutboundHttp)
        assert len(receiver.requests) == 2
        assert storage.answered_requests == {}

    async def test_two_at_once(
        self, client: httpx2.AsyncClient, admin: dict[str, str], storage: FakeStorage
    ) -> None:
        answers = await asyncio.gather(
            *(
                client.post("/admin/invitations", headers=admin, json=BODIES["invite_by_admin"])
                for _ in range(4)
            )
        )
        assert {each.content for each in answers} == {answers[0].content}
        assert len(storage.invitations) == 1

    async def test_without_one_nothing_is_stored(
        self, client: httpx2.AsyncClient, admin: dict[str, str], storage: FakeStorage
    ) -> None:
        headers = {"Authorization": admin["Authorization"]}
        for _ in range(2):
            await client.post("/admin/invitations", headers=headers, json=BODIES["invite_by_admin"])
        assert (len(storage.invitations), storage.answered_requests) == (2, {})

    async def test_unauthenticated(self, client: httpx2.AsyncClient, admin: dict[str, str]) -> None:
        answer = await client.post(
            "/admin/invitations", headers={"Idempotency-Key": KEY}, json=BODIES["invite_by_admin"]
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "no_access_token")

    async def test_body_that_is_too_large(self, client: httpx2.AsyncClient, admin: dict[str, str]) -> None:
        answer = await client.post("/admin/invitations", headers=admin, json={"email": "a" * 20_000})
        assert answer.status_code == 413


class TestStored:
    async def test_response_is_sealed(
        self, client: httpx2.AsyncClient, admin: dict[str, str], storage: FakeStorage
    ) -> None:
        """The response of a new client has its secret."""
        answer = await client.post("/admin/clients", headers=admin, json=BODIES["create_client_by_admin"])
        (stored,) = storage.answered_requests.values()
        assert stored.user_id == 1
        assert stored.response
        assert stored.response != answer.text
        assert stored.response not in repr(stored)


def _posts(paths: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (path, operations["post"])
        for path, operations in paths.items()
        if path.startswith("/admin") and "post" in operations
    ]
