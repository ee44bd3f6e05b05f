"""The caller's account over HTTP: profile and password."""

import httpx2
import pytest
from tests.builders import a_credential, a_registration, an_address
from tests.fakes import FakeClock
from tests.http_helpers import ANN, TokenPair, assert_problem, bearer, log_in

from fastauth.domain.passkeys.passkey import PasskeyName, UserHandle
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")


class TestAccount:
    async def test_get_account(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        response = await client.get("/users/me", headers=bearer(tokens))
        assert response.json() == {
            "id": 1,
            "username": "ann",
            "fullname": "Ann Lee",
            "email": None,
            "pending_email": None,
            "locale": None,
            "has_password": True,
            "must_enrol": False,
        }

    async def test_get_account_with_addresses(
        self, client: httpx2.AsyncClient, container: Container, clock: FakeClock
    ) -> None:
        new = a_registration(email="New.Ann@bücher.example", locale="de-CH")
        await client.post("/users/register", json=new)
        owner = await container.find_user()(username=new["username"])
        addresses = container.email_addresses()
        old = an_address("Ann@example.com")
        await addresses.add_pending(owner.id, old, now=clock.now())
        await addresses.verify(owner.id, old.key, now=clock.now())
        await addresses.add_pending(owner.id, an_address(new["email"]), now=clock.now())
        tokens = (await client.post("/sessions", json=new)).json()
        response = await client.get("/users/me", headers=bearer(tokens))
        assert response.json() == {
            "id": owner.id,
            "username": new["username"],
            "fullname": new["fullname"],
            "email": {
                "address": "Ann@example.com",
                "verified_at": clock.now().isoformat().replace("+00:00", "Z"),
            },
            "pending_email": "New.Ann@bücher.example",
            "locale": "de-CH",
            "has_password": True,
            "must_enrol": False,
        }

    async def test_patch_changes_only_full_name(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        """R13: a body sets what belongs to the server.

        GHSA-wpfr-6297-9v57 (GoTrue), CVE-2026-27946, CVE-2026-54693 (Zitadel); CWE-915.
        """
        body = {"fullname": " Ann Smith ", "username": "bob", "id": 9, "disabled_at": None, "password": "x"}
        changed = {"id": 1, "username": "ann", "fullname": "Ann Smith"}
        assert (await client.patch("/users/me", json=body, headers=bearer(tokens))).json() == changed
        found = (await client.get("/users/me", headers=bearer(tokens))).json()
        assert {name: found[name] for name in changed} == changed

    @pytest.mark.parametrize("fullname", ["", " ", "x" * 51, "a\0b", None, 1])
    async def test_invalid_full_name_is_422(
        self, client: httpx2.AsyncClient, tokens: TokenPair, fullname: object
    ) -> None:
        response = await client.patch("/users/me", json={"fullname": fullname}, headers=bearer(tokens))
        assert_problem(response, 422, "invalid_input")
        assert [error["pointer"] for error in response.json()["errors"]] == ["/fullname"]

    async def change_password(
        self, client: httpx2.AsyncClient, tokens: TokenPair, current: str, new: str
    ) -> httpx2.Response:
        body = {"current_password": current, "new_password": new}
        return await client.put("/users/me/password", json=body, headers=bearer(tokens))

    async def test_new_password_revokes_other_sessions(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        other = await log_in(client)
        response = await self.change_password(client, tokens, "sntsh", "another")
        assert (response.status_code, response.content) == (204, b"")
        assert_problem(await client.get("/users/me", headers=bearer(other)), 401, "invalid_token")
        assert (await client.get("/users/me", headers=bearer(tokens))).status_code == 200
        assert_problem(await client.post("/sessions", json=ANN), 401, "invalid_credentials")

    async def test_wrong_current_password_is_403(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        assert_problem(await self.change_password(client, tokens, "wrong", "another"), 403, "wrong_password")

    async def test_invalid_new_password_is_422(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        response = await self.change_password(client, tokens, "sntsh", "")
        assert response.json()["errors"] == [
            {"pointer": "/new_password", "code": "empty", "detail": "Must not be empty."}
        ]

    async def test_last_credential_is_409(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        headers = bearer(tokens)
        answer = await client.delete("/users/me/password", headers=headers)
        assert_problem(answer, 409, "last_credential")
        answer = await client.post("/users/me/password", json={"new_password": "another"}, headers=headers)
        assert_problem(answer, 409, "password_exists")
        assert (await client.post("/sessions", json=ANN)).status_code == 201

    async def test_password_is_removed_and_added(
        self, client: httpx2.AsyncClient, container: Container, tokens: TokenPair
    ) -> None:
        headers, user = bearer(tokens), await container.find_user()(username="ann")
        handle, name = UserHandle(bytes(32)), PasskeyName("Phone")
        now = container.clock().now()
        await container.passkeys().add(user.id, a_credential(), handle=handle, name=name, now=now)
        response = await client.delete("/users/me/password", headers=headers)
        assert (response.status_code, response.content) == (204, b"")
        assert_problem(await client.delete("/users/me/password", headers=headers), 409, "no_password")
        assert_problem(await client.post("/sessions", json=ANN), 401, "invalid_credentials")
        assert_problem(await self.change_password(client, tokens, "sntsh", "another"), 409, "no_password")
        answer = await client.post("/users/me/password", json={"new_password": ""}, headers=headers)
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/new_password"]
        new = {"new_password": ANN["password"]}
        assert (await client.post("/users/me/password", json=new, headers=headers)).status_code == 204
        assert (await client.post("/sessions", json=ANN)).status_code == 201
