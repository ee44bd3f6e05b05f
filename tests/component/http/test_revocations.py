"""``GET /v1/revocations`` over fakes."""

import httpx2
import pytest
from tests.http_helpers import ANN, TokenPair, assert_problem, bearer, log_in

from fastauth.domain.roles.permissions import READ_REVOCATIONS
from fastauth.entrypoints.container import Container

PATH = "/v1/revocations"


async def secret_of(container: Container, name: str, *permissions: str) -> dict[str, str]:
    created = await container.create_client()(name=name, permissions=permissions)
    return {"Authorization": f"Bearer {created.secret.text}"}


@pytest.fixture
async def key(container: Container) -> dict[str, str]:
    """Return the header of a service."""
    return await secret_of(container, "orders", READ_REVOCATIONS)


class TestAnswer:
    async def test_feed_has_log_out_and_password_change(
        self, client: httpx2.AsyncClient, key: dict[str, str], tokens: TokenPair
    ) -> None:
        first = (await client.get(PATH, headers=key)).json()
        assert (first["revocations"], first["more"]) == ([], False)
        session = (await client.get("/sessions", headers=bearer(tokens))).json()[0]["id"]
        await client.delete("/sessions/current", headers=bearer(tokens))
        other, kept = await log_in(client), await log_in(client)
        ended = (await client.get("/sessions", headers=bearer(other))).json()
        change = {"current_password": ANN["password"], "new_password": "another"}
        answer = await client.put("/users/me/password", json=change, headers=bearer(kept))
        assert answer.status_code == 204
        query = {"after": first["after"], "wait": "0", "nonce": "a-nonce"}
        response = await client.get(PATH, params=query, headers=key)
        assert response.headers["cache-control"] == "no-store"
        body = response.json()
        assert body["nonce"] == "a-nonce"
        assert {(each["kind"], each["value"]) for each in body["revocations"]} == {
            ("sid", session),
            ("sid", next(each["id"] for each in ended if each["current"])),
        }
        assert {each["until"] - int(each["at"]) for each in body["revocations"]} == {360}
        assert body.keys() == {"revocations", "after", "more", "waited", "nonce"}

    async def test_answer_without_a_nonce_has_none(
        self, client: httpx2.AsyncClient, key: dict[str, str]
    ) -> None:
        assert "nonce" not in (await client.get(PATH, headers=key)).json()


class TestQuery:
    @pytest.mark.parametrize(
        ("query", "pointer", "code"),
        [
            ("after=", "/after", "out_of_range"),
            ("after=a%20b", "/after", "out_of_range"),
            (f"after={'a' * 257}", "/after", "out_of_range"),
            ("after=AAAA&after=AAAA", "/after", "duplicate"),
            ("wait=1.1", "/wait", "out_of_range"),
            ("wait=-1", "/wait", "out_of_range"),
            ("wait=nan", "/wait", "out_of_range"),
            ("wait=%EF%BC%91", "/wait", "out_of_range"),
            ("wait=0&wait=0", "/wait", "duplicate"),
            ("nonce=", "/nonce", "out_of_range"),
            (f"nonce={'a' * 65}", "/nonce", "out_of_range"),
            ("limit=1", "/query", "unknown"),
        ],
    )
    async def test_rejects(
        self, client: httpx2.AsyncClient, key: dict[str, str], query: str, pointer: str, code: str
    ) -> None:
        response = await client.get(f"{PATH}?{query}", headers=key)
        assert_problem(response, 422, "invalid_input")
        assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(pointer, code)]

    async def test_cursor_that_cannot_be_read_is_as_none(
        self, client: httpx2.AsyncClient, key: dict[str, str]
    ) -> None:
        assert (await client.get(f"{PATH}?after=AAAA&wait=1.0", headers=key)).status_code == 200


class TestClientSecret:
    async def test_other_credentials_are_401(
        self, client: httpx2.AsyncClient, key: dict[str, str], tokens: TokenPair
    ) -> None:
        text = key["Authorization"].removeprefix("Bearer ")
        for code, sent in (
            ("no_access_token", []),
            ("no_access_token", [("Authorization", text)]),
            ("no_access_token", [("Authorization", f"Basic {text}")]),
            ("invalid_client", [("Authorization", f"Bearer {text}x")]),
            ("invalid_token", [("Authorization", f"Bearer {text}")] * 2),
            ("invalid_token", [("Authorization", "Bearer a.b.c")]),
        ):
            response = await client.get(PATH, headers=sent)
            assert_problem(response, 401, code)
            assert response.headers["www-authenticate"].startswith("Bearer")
        assert_problem(await client.get(PATH, headers=bearer(tokens)), 403, "not_permitted")

    async def test_secret_is_no_access_token(self, client: httpx2.AsyncClient, key: dict[str, str]) -> None:
        assert_problem(await client.get("/users/me", headers=key), 401, "invalid_token")

    async def test_permission_is_demanded(self, client: httpx2.AsyncClient, container: Container) -> None:
        response = await client.get(PATH, headers=await secret_of(container, "powerless"))
        assert_problem(response, 403, "not_permitted")
        challenge = response.headers["www-authenticate"]
        assert 'error="insufficient_scope"' in challenge
        assert challenge.endswith('scope="fastauth:revocations.read"')
