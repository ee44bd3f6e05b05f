"""Passkeys over HTTP, from the registration of an account to its last passkey."""

from typing import Any

import httpx2
import pytest
from tests.harness.authenticator import Authenticator
from tests.http_helpers import ANN, TokenPair, assert_problem, bearer, log_in

from fastauth.entrypoints.settings import Settings

Answer = httpx2.Response


@pytest.fixture
def phone() -> Authenticator:
    return Authenticator()


async def add(client: httpx2.AsyncClient, phone: Authenticator, tokens: TokenPair, **body: str) -> Answer:
    begun = (await client.post("/users/me/passkeys/options", headers=bearer(tokens))).json()
    given = {"token": begun["token"], "credential": phone.create(begun["options"]), **body}
    return await client.post("/users/me/passkeys", json=given, headers=bearer(tokens))


async def assertion(client: httpx2.AsyncClient, phone: Authenticator) -> dict[str, Any]:
    begun = (await client.post("/sessions/passkey/options")).json()
    return {"token": begun["token"], "credential": phone.get(begun["options"])}


class TestPasskeys:
    async def test_add_list_rename_and_remove(
        self, client: httpx2.AsyncClient, tokens: TokenPair, phone: Authenticator
    ) -> None:
        response = await add(client, phone, tokens, name="Phone")
        added = response.json()
        assert (response.status_code, response.headers["cache-control"]) == (201, "no-store")
        assert len(added.pop("recovery_codes")) == 10
        assert (added["name"], added["synced"], added["last_used_at"]) == ("Phone", True, None)
        path, headers = f"/users/me/passkeys/{added['id']}", bearer(tokens)
        own = (await client.get("/users/me/passkeys", headers=headers)).json()
        assert own["rp_id"] == "localhost"
        assert len(own["user_handle"]) == 43
        assert own["passkeys"] == [added]
        response = await client.patch(path, json={"name": "Key ring"}, headers=headers)
        assert response.json() == added | {"name": "Key ring"}
        assert (await client.delete(path, headers=headers)).status_code == 204
        assert_problem(await client.delete(path, headers=headers), 404, "passkey_not_found")

    async def test_ids_that_no_passkey_has(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        headers = bearer(tokens)
        for id_ in ("none", "%00", "%C3%A9", "%FF", "a%2Fb", "A" * 4_000, "..%2F..", "%0A"):
            for response in (
                await client.patch(f"/users/me/passkeys/{id_}", json={"name": "a"}, headers=headers),
                await client.delete(f"/users/me/passkeys/{id_}", headers=headers),
            ):
                assert_problem(response, 404, "not_found")
        response = await client.request("OPTIONS", "/users/me/passkeys/options", headers=headers)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        response = await client.delete(f"/users/me/passkeys/{'A' * 22}", headers=headers)
        assert_problem(response, 404, "passkey_not_found")

    async def test_malformed_credentials_are_refused_and_not_quoted(
        self, client: httpx2.AsyncClient, tokens: TokenPair, phone: Authenticator
    ) -> None:
        for body in ({}, {"token": "a"}, {"token": 1, "credential": {}}, {"token": "a", "credential": []}):
            response = await client.post("/users/me/passkeys", json=body, headers=bearer(tokens))
            assert_problem(response, 422, "invalid_input")
        none = {"token": "fa_wc_none", "credential": {"id": "canary"}}
        response = await client.post("/users/me/passkeys", json=none, headers=bearer(tokens))
        assert [each["code"] for each in response.json()["errors"]] == ["not_a_credential"]
        assert "canary" not in response.text
        assert_problem(await client.post("/users/me/passkeys/options"), 401, "no_access_token")


class TestLogIn:
    async def test_by_passkey(
        self, client: httpx2.AsyncClient, tokens: TokenPair, phone: Authenticator
    ) -> None:
        await add(client, phone, tokens)
        response = await client.post("/sessions/passkey", json=await assertion(client, phone))
        assert (response.status_code, response.headers["cache-control"]) == (201, "no-store")
        begun = response.json()
        assert begun.keys() == {*tokens}
        account = await client.get("/users/me", headers=bearer(begun))
        assert account.json()["username"] == "ann"

    async def test_refusals_are_one_answer(
        self, client: httpx2.AsyncClient, tokens: TokenPair, phone: Authenticator
    ) -> None:
        """An unknown credential, a wrong signature and a used token get the same answer."""
        await add(client, phone, tokens)
        right = await assertion(client, phone)
        stranger = Authenticator()
        stranger.credentials += phone.credentials
        unknown = await assertion(client, phone)
        unknown["credential"] |= {"id": "AAAA", "rawId": "AAAA"}
        wrong = await assertion(client, phone)
        wrong["credential"]["response"]["signature"] = "AAAA"
        assert (await client.post("/sessions/passkey", json=right)).status_code == 201
        answers = [await client.post("/sessions/passkey", json=each) for each in (right, unknown, wrong)]
        for answer in answers:
            assert_problem(answer, 401, "invalid_credentials")
        assert len({answer.text for answer in answers}) == 1

    async def test_as_second_factor(
        self, client: httpx2.AsyncClient, tokens: TokenPair, phone: Authenticator
    ) -> None:
        await add(client, phone, tokens)
        response = await client.post("/sessions", json=ANN)
        assert response.status_code == 202
        assert response.json()["methods"] == ["passkey", "recovery_code"]
        challenge = response.json()["challenge"]
        response = await client.post("/sessions/second-factor/passkey", json={"challenge": challenge})
        answer = {"challenge": challenge, "method": "passkey"}
        refused = await client.post("/sessions/second-factor", json=answer)
        assert [each["pointer"] for each in refused.json()["errors"]] == ["/credential"]
        answer["credential"] = phone.get(response.json()["options"])
        assert (await client.post("/sessions/second-factor", json=answer)).status_code == 201
        assert_problem(
            await client.post("/sessions/second-factor/passkey", json={"challenge": challenge}),
            401,
            "invalid_second_factor",
        )

    async def test_step_up(self, client: httpx2.AsyncClient, tokens: TokenPair, phone: Authenticator) -> None:
        await add(client, phone, tokens)
        headers = bearer(tokens)
        begun = (await client.post("/sessions/current/step-up/passkey", headers=headers)).json()
        answer = {"method": "passkey", "token": begun["token"], "credential": phone.get(begun["options"])}
        response = await client.post("/sessions/current/step-up", json=answer, headers=headers)
        assert response.status_code == 200
        assert response.json()["access_token"]


class TestRegistration:
    async def test_without_a_password(self, client: httpx2.AsyncClient, phone: Authenticator) -> None:
        path = "/users/register/passkey"
        begun = (await client.post(f"{path}/options", json={"username": "ada", "fullname": "Ada"})).json()
        given = {"token": begun["token"], "credential": phone.create(begun["options"])}
        response = await client.post(path, json=given)
        account = response.json()
        assert (response.status_code, len(account.pop("recovery_codes"))) == (201, 10)
        assert account == {"id": 1, "username": "ada", "fullname": "Ada"}
        tokens = (await client.post("/sessions/passkey", json=await assertion(client, phone))).json()
        (passkey,) = (await client.get("/users/me/passkeys", headers=bearer(tokens))).json()["passkeys"]
        response = await client.delete(f"/users/me/passkeys/{passkey['id']}", headers=bearer(tokens))
        assert_problem(response, 409, "last_credential")


class TestWithoutAHostName:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic reads it
            issuer="http://192.168.0.7:8000",
        )

    async def test_is_not_offered(self, client: httpx2.AsyncClient, ann: None) -> None:
        headers = bearer(await log_in(client))
        given = {"token": "a", "credential": {}, "username": "ada", "fullname": "Ada", "challenge": "a"}
        for path in (
            *("/users/me/passkeys/options", "/users/me/passkeys", "/users/register/passkey/options"),
            *("/users/register/passkey", "/sessions/passkey/options", "/sessions/passkey"),
            *("/sessions/second-factor/passkey", "/sessions/current/step-up/passkey"),
        ):
            assert_problem(await client.post(path, json=given, headers=headers), 404, "not_offered")


class TestRelatedOrigins:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            secret_key="the secret key of the tests, 32 bytes",  # type: ignore[arg-type]  # pydantic reads it
            webauthn_related="https://example.org,https://example.net",  # type: ignore[arg-type]  # pydantic reads it
        )

    async def test_are_listed_and_accepted(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        response = await client.get("/.well-known/webauthn")
        assert response.json() == {"origins": ["https://example.org", "https://example.net"]}
        assert response.headers["content-type"] == "application/json"
        begun = (await client.post("/users/me/passkeys/options", headers=bearer(tokens))).json()
        credential = Authenticator().create(begun["options"], origin="https://example.org")
        given = {"token": begun["token"], "credential": credential}
        response = await client.post("/users/me/passkeys", json=given, headers=bearer(tokens))
        assert response.status_code == 201


async def test_without_related_origins_there_is_no_list(client: httpx2.AsyncClient) -> None:
    assert_problem(await client.get("/.well-known/webauthn"), 404, "not_offered")
