"""Log-in, refresh, log-out and the list of sessions over HTTP."""

from dataclasses import replace

import httpx2
import pytest
from tests.builders import a_registration
from tests.fakes import FakeClock, FakePasswordHasher, FakeStorage
from tests.harness.tables import row
from tests.http_helpers import ANN, TokenPair, assert_problem, bearer, log_in

from fastauth.domain.sessions.session import SessionId
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")


PROTECTED = [
    ("GET", "/sessions", None),
    ("DELETE", "/sessions", None),
    ("DELETE", "/sessions/current", None),
    ("DELETE", f"/sessions/{'0' * 32}", None),
    ("POST", "/sessions/current/step-up", {"password": "sntsh"}),
    ("GET", "/users/me", None),
    ("PATCH", "/users/me", {"fullname": "Ann"}),
    ("PUT", "/users/me/password", {"current_password": "sntsh", "new_password": "another"}),
    ("POST", "/users/me/password", {"new_password": "another"}),
    ("DELETE", "/users/me/password", None),
]


class TestSessionPages:
    async def test_links_lead_through_all_active_sessions(
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

    async def test_page_has_at_most_100_sessions(
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
    async def test_invalid_parameter_is_422(
        self, client: httpx2.AsyncClient, tokens: TokenPair, query: str, pointers: list[str]
    ) -> None:
        answer = await client.get(f"/sessions?{query}", headers=bearer(tokens))
        assert_problem(answer, 422, "invalid_input")
        assert [error["pointer"] for error in answer.json()["errors"]] == pointers

    @pytest.mark.parametrize("after", [f"{'9' * 16}-{'f' * 32}", f"0-{'0' * 32}"])
    async def test_foreign_cursor_shows_only_own_sessions(
        self, client: httpx2.AsyncClient, tokens: TokenPair, after: str
    ) -> None:
        """R36: forged cursors, and secrets that are publicly known.

        CVE-2026-33503 (Kratos), CVE-2026-33504 (Hydra); CWE-89, CWE-1392.
        """
        answer = await client.get(f"/sessions?after={after}", headers=bearer(tokens))
        assert answer.status_code == 200
        assert [session["current"] for session in answer.json()] in ([], [True])


class TestLogIn:
    async def test_response_has_tokens(self, tokens: TokenPair) -> None:
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
    async def test_all_wrong_credentials_get_the_same_401(
        self, client: httpx2.AsyncClient, credentials: dict[str, str]
    ) -> None:
        wrong = await client.post("/sessions", json=ANN | {"password": "x"}, headers={"X-Request-Id": "same"})
        other = await client.post("/sessions", json=ANN | credentials, headers={"X-Request-Id": "same"})
        assert_problem(other, 401, "invalid_credentials")
        assert (other.content, other.headers) == (wrong.content, wrong.headers)
        assert other.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("body", [{}, {"username": "ann"}, {"username": 1, "password": "x"}, [], "x"])
    async def test_malformed_body_is_422(self, client: httpx2.AsyncClient, body: object) -> None:
        assert_problem(await client.post("/sessions", json=body), 422, "invalid_input")


class TestProtectedRoutes:
    @pytest.mark.parametrize("header", [None, "", "x", "Basic YTpi"])
    async def test_missing_token_is_401(self, client: httpx2.AsyncClient, header: str | None) -> None:
        headers = {} if header is None else {"Authorization": header}
        for method, path, body in PROTECTED:
            with row(f"{method} {path}"):
                response = await client.request(method, path, json=body, headers=headers)
                assert_problem(response, 401, "no_access_token")
                assert response.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer a b"])
    async def test_malformed_token_is_401(self, client: httpx2.AsyncClient, header: str) -> None:
        for method, path, body in PROTECTED:
            with row(f"{method} {path}"):
                response = await client.request(method, path, json=body, headers={"Authorization": header})
                assert_problem(response, 401, "invalid_token")
                assert response.headers["www-authenticate"].startswith('Bearer error="invalid_token"')

    @pytest.mark.parametrize(("method", "path", "body"), PROTECTED)
    async def test_token_is_401_after_log_out(
        self, client: httpx2.AsyncClient, tokens: TokenPair, method: str, path: str, body: object
    ) -> None:
        """R56: an ended session comes back from a cache.

        CVE-2026-9802 (Keycloak), keycloak #51127; CWE-613.
        """
        assert (await client.delete("/sessions/current", headers=bearer(tokens))).status_code == 204
        response = await client.request(method, path, json=body, headers=bearer(tokens))
        assert_problem(response, 401, "invalid_token")

    async def test_expired_token_is_401(
        self, client: httpx2.AsyncClient, tokens: TokenPair, clock: FakeClock
    ) -> None:
        clock.advance(seconds=299)
        assert (await client.get("/users/me", headers=bearer(tokens))).status_code == 200
        clock.advance(seconds=1)
        assert_problem(await client.get("/users/me", headers=bearer(tokens)), 401, "invalid_token")

    async def test_scheme_ignores_case_and_second_header_is_401(
        self, client: httpx2.AsyncClient, tokens: TokenPair
    ) -> None:
        spaces = {"Authorization": f"Bearer  {tokens['access_token']}"}  # 1*SP: RFC 6750, 2.1
        assert (await client.get("/users/me", headers=spaces)).status_code == 200
        lower = {"Authorization": f"bearer {tokens['access_token']}"}
        assert (await client.get("/users/me", headers=lower)).status_code == 200
        twice = [("Authorization", value) for value in bearer(tokens).values()] * 2
        assert_problem(await client.get("/users/me", headers=twice), 401, "invalid_token")

    async def test_refresh_token_is_401(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        header = {"Authorization": f"Bearer {tokens['refresh_token']}"}
        assert_problem(await client.get("/users/me", headers=header), 401, "invalid_token")


class TestRefresh:
    async def test_response_has_new_tokens(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        response = await client.post("/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert response.status_code == 200
        assert set(response.json()) == set(tokens) - {"device_token"}
        assert (await client.get("/users/me", headers=bearer(response.json()))).status_code == 200

    @pytest.mark.parametrize("token", ["", "x", "fa_rt_", "fa_rt_" + "A" * 86, "\u0000", "é" * 92])
    async def test_malformed_refresh_token_is_401(self, client: httpx2.AsyncClient, token: str) -> None:
        response = await client.post("/sessions/refresh", json={"refresh_token": token})
        assert_problem(response, 401, "invalid_refresh_token")
        assert response.headers["www-authenticate"] == "Bearer"

    async def test_access_token_is_401(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        response = await client.post("/sessions/refresh", json={"refresh_token": tokens["access_token"]})
        assert_problem(response, 401, "invalid_refresh_token")


class TestSessions:
    async def test_list_has_own_sessions(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        await log_in(client, **{"User-Agent": "another\x1b[2J browser" + "x" * 300})
        listed = (await client.get("/sessions", headers=bearer(tokens))).json()
        assert [session["current"] for session in listed].count(True) == 1
        assert {"id", "created_at", "last_used_at", "expires_at", "user_agent", "address", "current"} == set(
            listed[0]
        )
        agents = {session["user_agent"] for session in listed}
        assert any(agent.startswith("another[2J browser") and len(agent) == 256 for agent in agents)

    async def test_delete_current_other_and_all_sessions(
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
    async def test_unknown_session_is_404(
        self, client: httpx2.AsyncClient, tokens: TokenPair, session_id: str, code: str
    ) -> None:
        assert_problem(await client.delete(f"/sessions/{session_id}", headers=bearer(tokens)), 404, code)


class TestEnumeration:
    async def test_unknown_user_costs_one_hash(
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
