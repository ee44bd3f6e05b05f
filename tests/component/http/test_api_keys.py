"""API keys over HTTP."""

from typing import Any

import httpx2
import pytest
from tests.builders import a_registration

from fastauth.domain.roles.role import Role
from fastauth.entrypoints.container import Container

READ = "orders:read"

BY_PERMISSION = ("/admin", "/v1")
"""Paths of routes that a permission opens, for each kind of principal."""


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
async def session(client: httpx2.AsyncClient, container: Container) -> dict[str, str]:
    """Return the header of a user who may read orders."""
    user = a_registration()
    await client.post("/users/register", json=user)
    storage = container.roles().storage  # type: ignore[attr-defined]  # a fake
    storage.roles["clerk"] = Role(name="clerk", permissions=frozenset({READ}))
    await container.grant_role()(username=user["username"], role="clerk")
    return bearer((await client.post("/sessions", json=user)).json()["access_token"])


async def a_key(client: httpx2.AsyncClient, session: dict[str, str]) -> dict[str, str]:
    answer = await client.post(
        "/users/me/api-keys", json={"name": "Backup", "scopes": [READ]}, headers=session
    )
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    created: dict[str, str] = answer.json()
    return created


class TestApiKeys:
    async def test_from_creation_to_revocation(
        self, client: httpx2.AsyncClient, session: dict[str, str]
    ) -> None:
        created = await a_key(client, session)
        key = created.pop("key")
        assert (await client.get("/users/me/api-keys", headers=session)).json() == {"api_keys": [created]}
        answer = await client.post("/api-keys/token", headers=bearer(key))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        token = answer.json()
        assert (token["token_type"], token["scope"], sorted(token)) == (
            "Bearer",
            READ,
            ["access_token", "expires_in", "scope", "token_type"],
        )
        removed = await client.delete(f"/users/me/api-keys/{created['id']}", headers=session)
        assert removed.status_code == 204
        again = await client.delete(f"/users/me/api-keys/{created['id']}", headers=session)
        assert (again.status_code, again.json()["code"]) == (404, "api_key_not_found")
        answer = await client.post("/api-keys/token", headers=bearer(key))
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_api_key")

    async def test_scope_of_an_exchange(self, client: httpx2.AsyncClient, session: dict[str, str]) -> None:
        headers = bearer((await a_key(client, session))["key"])
        answer = await client.post("/api-keys/token", headers=headers, json={"scope": ""})
        assert (answer.status_code, answer.json()["scope"]) == (200, "")
        answer = await client.post("/api-keys/token", headers=headers, json={"scope": f"{READ} x:y"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/scope")

    async def test_without_a_key(self, client: httpx2.AsyncClient, session: dict[str, str]) -> None:
        """An access token is no API key."""
        for headers in ({}, session, {"Authorization": "Basic YTpi"}, bearer("fa_key_")):
            answer = await client.post("/api-keys/token", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "invalid_api_key")

    async def test_opens_no_route_of_an_account(
        self,
        client: httpx2.AsyncClient,
        session: dict[str, str],
        openapi_document: dict[str, Any],
    ) -> None:
        """Neither the key nor a token of it opens what needs a session: each route that a caller has."""
        key = (await a_key(client, session))["key"]
        token = (await client.post("/api-keys/token", headers=bearer(key))).json()["access_token"]
        tried = set()
        for path, methods in openapi_document["paths"].items():
            for method, operation in methods.items():
                if {"HTTPBearer": []} not in operation.get("security", []) or path.startswith(BY_PERMISSION):
                    continue
                url = path.format(key_id="0" * 16, session_id="0" * 32, passkey_id="0" * 22)
                for text in (key, token):
                    answer = await client.request(method.upper(), url, headers=bearer(text), json={})
                    assert answer.status_code == 401, (method, path, answer.text)
                    tried.add(path)
        assert len(tried) > 15
