"""Admin requests that are sent again with their ``Idempotency-Key``."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from dependency_injector.providers import Object
from tests.fakes import FakeStorage, FakeUnitOfWork
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
    """Takes the id of an administrator for an access token.

    In ``1-withheld`` the permissions need a second factor, in ``1-lost`` there are none.
    """

    async def __call__(self, *, access_token: str) -> Principal:
        number, _, state = access_token.partition("-")
        return Principal(
            kind=PrincipalKind.USER,
            permissions=frozenset() if state else ADMIN.permissions,
            withheld=ADMIN.permissions if state == "withheld" else frozenset(),
            user_id=UserId(int(number)),
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
        self,
        client: httpx2.AsyncClient,
        admin: dict[str, str],
        storage: FakeStorage,
        openapi_document: dict[str, Any],
    ) -> None:
        seen = set()
        for url, name, operation in _posts(openapi_document["paths"]):
            assert "Idempotency-Key" in {each["name"] for each in operation["parameters"]}, name
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


class TestPermission:
    async def test_is_checked_before_a_transaction_begins(
        self,
        client: httpx2.AsyncClient,
        admin: dict[str, str],
        container: Container,
        openapi_document: dict[str, Any],
    ) -> None:
        """A transaction is the only one that writes in SQLite, and keeps a connection in PostgreSQL."""
        unit_of_work = container.stored_unit_of_work()
        assert isinstance(unit_of_work, FakeUnitOfWork)
        begun = unit_of_work.begun
        for url, name, operation in _posts(openapi_document["paths"]):
            headers = admin | {"Authorization": "Bearer 1-lost"}
            answer = await client.post(url, headers=headers, json=BODIES.get(name))
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), name
            scope = answer.headers["www-authenticate"].partition('scope="')[2].rstrip('"')
            assert f"Needs `{scope}`" in operation["description"], name
            assert unit_of_work.begun == begun, name

    async def test_response_is_not_given_again_without_it(
        self, client: httpx2.AsyncClient, admin: dict[str, str], storage: FakeStorage
    ) -> None:
        """The caller has lost the permission since, or has a session with one factor now."""
        body = BODIES["create_client_by_admin"]
        first = await client.post("/admin/clients", headers=admin, json=body)
        assert "client_secret" in first.json()
        for token, expected in (
            ("1-lost", (403, "not_permitted")),
            ("1-withheld", (401, "step_up_required")),
        ):
            headers = admin | {"Authorization": f"Bearer {token}"}
            answer = await client.post("/admin/clients", headers=headers, json=body)
            assert (answer.status_code, answer.json()["code"]) == expected
        again = await client.post("/admin/clients", headers=admin, json=body)
        assert again.content == first.content
        assert len(storage.clients) == 1


class TestMalformedKey:
    async def test_reveals_nothing_before_the_caller_is_authenticated(
        self, client: httpx2.AsyncClient, admin: dict[str, str], openapi_document: dict[str, Any]
    ) -> None:
        """The error is one that the document of the route names."""
        malformed = {"Idempotency-Key": "short"}
        for url, name, operation in _posts(openapi_document["paths"]):
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
        """In SQLite no other transaction could write meanwhile; in PostgreSQL it would keep a connection."""
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


def _posts(paths: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, name and description of each operation whose requests may be repeated."""
    for path, operations in paths.items():
        operation = operations.get("post")
        if path.startswith("/admin") and operation and operation["operationId"] not in NOT_REPEATABLE:
            yield path.replace("{user_id}", "2"), operation["operationId"], operation
