"""Log-in, sessions, one's own account and the keys, over HTTP and fakes."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from tests.builders import a_registration
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage
from tests.unit.http.test_http import assert_problem

from fastauth.domain.sessions.session import SessionId
from fastauth.entrypoints.container import Container
from fastauth.entrypoints.settings import Settings

ANN = {"username": "ann", "password": "sntsh"}

TokenPair = dict[str, Any]


@pytest.fixture(autouse=True)
async def ann(client: httpx2.AsyncClient) -> None:
    await client.post("/users/register", json=a_registration(**ANN, fullname="Ann Lee"))


@pytest.fixture
async def tokens(client: httpx2.AsyncClient) -> TokenPair:
    return await log_in(client)


async def log_in(client: httpx2.AsyncClient, **headers: str) -> TokenPair:
    response = await client.post("/sessions", json=ANN, headers=headers)
    assert response.status_code == 201, response.text
    tokens: TokenPair = response.json()
    return tokens


def bearer(tokens: TokenPair) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


PROTECTED = [
    ("GET", "/sessions", None),
    ("DELETE", "/sessions", None),
    ("DELETE", "/sessions/current", None),
    ("DELETE", f"/sessions/{'0' * 32}", None),
    ("GET", "/users/me", None),
    ("PATCH", "/users/me", {"fullname": "Ann"}),
    ("PUT", "/users/me/password", {"current_password": "sntsh", "new_password": "another"}),
]


class TestPages:
    async def test_lead_through_the_sessions_that_live(
        self, client: httpx2.AsyncClient, clock: FakeClock
    ) -> None:
        for _ in range(5):
            clock.advance(seconds=1)
            tokens = await log_in(client)
        answer = await client.get("/sessions", headers=bearer(tokens))
        everything = [session["id"] for session in answer.json()]
        assert ("link" in answer.headers, len(everything)) == (False, 5)
        found, url = [], "/sessions?limit=2&other=passed+over"
        while url:
            answer = await client.get(url, headers=bearer(tokens))
            assert answer.status_code == 200
            found.append([session["id"] for session in answer.json()])
            url = str(answer.links["next"]["url"]) if answer.links else ""
            assert url == "" or url.startswith("?limit=2&after=")
            url = url and f"/sessions{url}"
        assert found == [everything[:2], everything[2:4], everything[4:]]

    async def test_have_at_most_a_hundred_whatever_an_account_may_have(
        self, client: httpx2.AsyncClient, tokens: TokenPair, storage: FakeStorage
    ) -> None:
        (session,) = storage.sessions.values()
        for number in range(150):
            twin = replace(session, id=SessionId(f"{number:032x}"))
            storage.sessions[twin.id] = twin
        answer = await client.get("/sessions", headers=bearer(tokens))
        assert len(answer.json()) == 100
        following = await client.get(f"/sessions{answer.links['next']['url']}", headers=bearer(tokens))
        assert (len(following.json()), "link" in following.headers) == (51, False)

    @pytest.mark.parametrize(
        ("query", "pointers"),
        [
            *(
                (f"limit={limit}", ["/limit"])
                for limit in ("0", "101", "", "-1", "1.0", "1e1", "٣", "9" * 500)
            ),
            ("limit=1&limit=1", ["/limit"]),
            *((f"after={after}", ["/after"]) for after in ("", "x", "0-", f"-{'0' * 32}", f"0-{'0' * 31}")),
            (f"after={'9' * 17}-{'0' * 32}", ["/after"]),
            (f"after=1-{'A' * 32}", ["/after"]),
            (f"after=1-{'0' * 32}%0A", ["/after"]),
            (f"after=1-{'0' * 32}&after=1-{'0' * 32}", ["/after"]),
            ("limit=none&after=nowhere", ["/limit", "/after"]),
        ],
    )
    async def test_are_refused_where_a_parameter_is_none(
        self, client: httpx2.AsyncClient, tokens: TokenPair, query: str, pointers: list[str]
    ) -> None:
        answer = await client.get(f"/sessions?{query}", headers=bearer(tokens))
        assert_problem(answer, 422, "invalid_input")
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers

    @pytest.mark.parametrize("after", [f"{'9' * 16}-{'f' * 32}", f"0-{'0' * 32}"])
    async def test_of_a_place_that_is_nobodys_show_ones_own_alone(
        self, client: httpx2.AsyncClient, tokens: TokenPair, after: str
    ) -> None:
        """R36: forged cursors, and secrets that everybody has.

        CVE-2026-33503 (Kratos), CVE-2026-33504 (Hydra); CWE-89, CWE-1392.
        """
        answer = await client.get(f"/sessions?after={after}", headers=bearer(tokens))
        assert answer.status_code == 200
        assert [session["current"] for session in answer.json()] in ([], [True])


class TestLogIn:
    async def test_answers_with_tokens(self, tokens: TokenPair) -> None:
        assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token", "device_token"}
        assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 300)
        assert tokens["refresh_token"].startswith("fa_rt_")

    @pytest.mark.parametrize(
        "credentials",
        [
            {"password": "wrong"},
            {"username": "nobody"},
            {"username": "a b"},
            {"password": ""},
            {"username": "x" * 60},
        ],
    )
    async def test_refuses_whatever_does_not_fit_in_the_same_words(
        self, client: httpx2.AsyncClient, credentials: dict[str, str]
    ) -> None:
        wrong = await client.post("/sessions", json=ANN | {"password": "x"}, headers={"X-Request-Id": "same"})
        other = await client.post("/sessions", json=ANN | credentials, headers={"X-Request-Id": "same"})
        assert_problem(other, 401, "invalid_credentials")
        assert (other.content, other.headers) == (wrong.content, wrong.headers)
        assert other.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("body", [{}, {"username": "ann"}, {"username": 1, "password": "x"}, [], "x"])
    async def test_refuses_what_are_no_credentials(self, client: httpx2.AsyncClient, body: object) -> None:
        assert_problem(await client.post("/sessions", json=body), 422, "invalid_input")


class TestProtectedRoutes:
    @pytest.mark.parametrize(("method", "path", "body"), PROTECTED)
    @pytest.mark.parametrize("header", [None, "", "x", "Basic YTpi"])
    async def test_want_an_access_token(
        self, client: httpx2.AsyncClient, method: str, path: str, body: object, header: str | None
    ) -> None:
        headers = {} if header is None else {"Authorization": header}
        response = await client.request(method, path, json=body, headers=headers)
        assert_problem(response, 401, "no_access_token")
        assert response.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(("method", "path", "body"), PROTECTED)
    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer a b"])
    async def test_refuse_what_is_none(
        self, client: httpx2.AsyncClient, method: str, path: str, body: object, header: str
    ) -> None:
        response = await client.request(method, path, json=body, headers={"Authorization": header})
        assert_problem(response, 401, "invalid_token")
        assert response.headers["www-authenticate"].startswith('Bearer error="invalid_token"')

    @pytest.mark.parametrize(("method", "path", "body"), PROTECTED)
    async def test_refuse_a_token_from_the_moment_of_logging_out(
        self, client: httpx2.AsyncClient, tokens: TokenPair, method: str, path: str, body: object
    ) -> None:
        """R56: an ended session comes back from a cache.

        CVE-2026-9802 (Keycloak), keycloak #51127; CWE-613.
        """
        assert (await client.delete("/sessions/current", headers=bearer(tokens))).status_code == 204
        response = await client.request(method, path, json=body, headers=bearer(tokens))
        assert_problem(response, 401, "invalid_token")

    async def test_refuse_an_expired_token(
        self, client: httpx2.AsyncClient, tokens: TokenPair, clock: FakeClock
    ) -> None:
        clock.advance(seconds=299)
        assert (await client.get("/users/me", headers=bearer(tokens))).status_code == 200
        clock.advance(seconds=1)
        assert_problem(await client.get("/users/me", headers=bearer(tokens)), 401, "invalid_token")

    async def test_take_the_scheme_in_any_case_and_one_header_alone(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        spaces = {"Authorization": f"Bearer  {tokens['access_token']}"}  # 1*SP: RFC 6750, 2.1
        assert (await client.get("/users/me", headers=spaces)).status_code == 200
        lower = {"Authorization": f"bearer {tokens['access_token']}"}
        assert (await client.get("/users/me", headers=lower)).status_code == 200
        twice = [("Authorization", value) for value in bearer(tokens).values()] * 2
        assert_problem(await client.get("/users/me", headers=twice), 401, "invalid_token")

    async def test_do_not_take_a_refresh_token(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        header = {"Authorization": f"Bearer {tokens['refresh_token']}"}
        assert_problem(await client.get("/users/me", headers=header), 401, "invalid_token")


class TestRefresh:
    async def test_answers_in_the_shape_of_a_log_in(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        response = await client.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert response.status_code == 200
        assert set(response.json()) == set(tokens) - {"device_token"}
        assert (await client.get("/users/me", headers=bearer(response.json()))).status_code == 200

    @pytest.mark.parametrize("token", ["", "x", "fa_rt_", "fa_rt_" + "A" * 86, "\u0000", "é" * 92])
    async def test_refuses_what_is_no_token(self, client: httpx2.AsyncClient, token: str) -> None:
        response = await client.post("/sessions/refresh", json={"refresh_token": token})
        assert_problem(response, 401, "invalid_refresh_token")
        assert response.headers["www-authenticate"] == "Bearer"

    async def test_does_not_take_an_access_token(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        response = await client.post("/sessions/refresh", json={"refresh_token": tokens["access_token"]})
        assert_problem(response, 401, "invalid_refresh_token")


class TestSessions:
    async def test_are_shown_to_whose_they_are(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        await log_in(client, **{"User-Agent": "another\x1b[2J browser" + "x" * 300})
        listed = (await client.get("/sessions", headers=bearer(tokens))).json()
        assert [session["current"] for session in listed].count(True) == 1
        assert {"id", "created_at", "last_used_at", "expires_at", "user_agent", "address", "current"} == set(
            listed[0]
        )
        agents = {session["user_agent"] for session in listed}
        assert any(agent.startswith("another[2J browser") and len(agent) == 256 for agent in agents)

    async def test_end_here_or_there_or_everywhere(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        others = [await log_in(client) for _ in range(2)]
        listed = (await client.get("/sessions", headers=bearer(others[0]))).json()
        there = next(session["id"] for session in listed if session["current"])
        response = await client.delete(f"/sessions/{there}", headers=bearer(tokens))
        assert (response.status_code, response.content) == (204, b"")
        assert "content-type" not in response.headers
        assert_problem(await client.get("/users/me", headers=bearer(others[0])), 401, "invalid_token")
        assert (await client.delete("/sessions", headers=bearer(tokens))).status_code == 204
        for each in (tokens, others[1]):
            assert_problem(await client.get("/users/me", headers=bearer(each)), 401, "invalid_token")

    @pytest.mark.parametrize(("session_id", "code"), [("0" * 32, "session_not_found"), ("x", "not_found")])
    async def test_are_not_there_if_they_are_not(
        self, client: httpx2.AsyncClient, tokens: TokenPair, session_id: str, code: str
    ) -> None:
        assert_problem(await client.delete(f"/sessions/{session_id}", headers=bearer(tokens)), 404, code)


class TestAccount:
    async def test_is_shown(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        response = await client.get("/users/me", headers=bearer(tokens))
        assert response.json() == {"id": 1, "username": "ann", "fullname": "Ann Lee"}

    async def test_takes_another_full_name_and_nothing_else(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        """R13: a body sets what belongs to the server.

        GHSA-wpfr-6297-9v57 (GoTrue), CVE-2026-27946, CVE-2026-54693 (Zitadel); CWE-915.
        """
        body = {"fullname": " Ann Smith ", "username": "bob", "id": 9, "disabled_at": None, "password": "x"}
        changed = {"id": 1, "username": "ann", "fullname": "Ann Smith"}
        assert (await client.patch("/users/me", json=body, headers=bearer(tokens))).json() == changed
        assert (await client.get("/users/me", headers=bearer(tokens))).json() == changed

    @pytest.mark.parametrize("fullname", ["", " ", "x" * 51, "a\0b", None, 1])
    async def test_takes_no_name_that_breaks_a_rule(
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

    async def test_takes_another_password_and_ends_the_other_sessions(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        other = await log_in(client)
        response = await self.change_password(client, tokens, "sntsh", "another")
        assert (response.status_code, response.content) == (204, b"")
        assert_problem(await client.get("/users/me", headers=bearer(other)), 401, "invalid_token")
        assert (await client.get("/users/me", headers=bearer(tokens))).status_code == 200
        assert_problem(await client.post("/sessions", json=ANN), 401, "invalid_credentials")

    async def test_wants_the_current_password(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        assert_problem(await self.change_password(client, tokens, "wrong", "another"), 403, "wrong_password")

    async def test_names_the_rule_that_a_new_password_breaks(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        response = await self.change_password(client, tokens, "sntsh", "")
        assert response.json()["errors"] == [
            {"pointer": "/new_password", "code": "empty", "detail": "Must not be empty."}
        ]


class TestIssuerWithAPath:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(
            secret_key=SecretStr("the secret key of the tests, 32 bytes"), issuer="https://example.com/a/b"
        )

    @pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
    async def test_has_its_metadata_where_rfc_8414_looks_for_it(
        self, client: httpx2.AsyncClient, name: str
    ) -> None:
        # Section 3.1: the well-known part comes between the host and the path. OpenID Connect appends it,
        # and a proxy that removes the path leaves the address without one.
        for path in (f"/.well-known/{name}/a/b", f"/.well-known/{name}"):
            metadata = (await client.get(path)).json()
            assert metadata["issuer"] == "https://example.com/a/b"
            assert metadata["jwks_uri"] == "https://example.com/a/b/.well-known/jwks.json"
        assert (await client.get(f"/.well-known/{name}/a")).status_code == 404
        wrong = await client.post(f"/.well-known/{name}/a/b")
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


class TestKeys:
    async def test_are_public_and_may_be_kept(self, client: httpx2.AsyncClient) -> None:
        response = await client.get("/.well-known/jwks.json")
        assert response.headers["cache-control"] == "public, max-age=300"
        (key,) = response.json()["keys"]
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["alg"], key["use"]) == ("ES256", "sig")

    @pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
    async def test_are_found_by_the_metadata(self, client: httpx2.AsyncClient, name: str) -> None:
        # RFC 8414, section 5: some clients ask for the metadata under the name of OpenID Connect alone.
        response = await client.get(f"/.well-known/{name}")
        assert response.headers["cache-control"] == "public, max-age=300"
        assert response.json() == {
            "issuer": "http://127.0.0.1:8000",
            "jwks_uri": "http://127.0.0.1:8000/.well-known/jwks.json",
            "response_types_supported": [],
            "grant_types_supported": [],
        }
        assert (await client.get(f"/.well-known/{name}/auth")).status_code == 404

    async def test_come_before_they_sign_and_stay_until_their_last_token_is_over(
        self, client: httpx2.AsyncClient, container: Container, clock: FakeClock
    ) -> None:
        async def published() -> list[str]:
            return [key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]]

        async def signer() -> str:
            header = (await log_in(client))["access_token"].partition(".")[0]
            kid: str = json.loads(urlsafe_b64decode(header + "=="))["kid"]
            return kid

        (first,) = await published()
        await container.rotate_keys()(early=True)
        _, second = await published()
        assert await signer() == first
        clock.advance(seconds=309)
        assert await signer() == first
        clock.advance(seconds=1)
        assert await signer() == second
        assert await published() == [first, second]
        clock.advance(seconds=309)
        assert await published() == [first, second]
        clock.advance(seconds=1)
        assert await published() == [second]
        await container.rotate_keys()()
        assert [key.kid for key in (await container.signing_keys().load()).keys] == [second]

    async def test_rotate_by_age(self, container: Container, clock: FakeClock, storage: FakeStorage) -> None:
        clock.advance(days=90, seconds=-311)
        await container.rotate_keys()()
        assert len(storage.keys) == 1
        clock.advance(seconds=1)
        for _ in range(2):
            await container.rotate_keys()()
        assert len(storage.keys) == 2
        assert storage.keys[2].active_from - storage.keys[1].active_from == timedelta(days=90)


class TestEnumeration:
    async def test_finds_no_difference_in_work(
        self, client: httpx2.AsyncClient, hasher: FakePasswordHasher, container: Container
    ) -> None:
        await client.post("/users/register", json=a_registration(username="gone", password="sntsh"))
        await container.disable_user()(username="gone")
        work = []
        for credentials in (
            {"username": "nobody", "password": "x"},
            {"username": "ann", "password": "x"},
            {"username": "gone", "password": "x"},
            {"username": "gone", "password": "sntsh"},
        ):
            hasher.hashed = hasher.verified = 0
            assert_problem(await client.post("/sessions", json=credentials), 401, "invalid_credentials")
            work.append((hasher.hashed, hasher.verified))
        assert work == [(0, 1)] * 4
