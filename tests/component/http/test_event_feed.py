"""``GET /v1/events`` and ``GET /v1/users`` over fakes."""

import httpx2
import pytest
from tests.http_helpers import TokenPair, assert_problem, bearer

from fastauth.entrypoints.container import Container

EVENTS, USERS = "/v1/events", "/v1/users"


@pytest.fixture
async def auditor(container: Container, tokens: TokenPair) -> dict[str, str]:
    """Return the header of a user who reads events and users."""
    await container.grant_role()(username="ann", role="auditor")
    await container.number_events()()
    return bearer(tokens)


class TestAnswer:
    async def test_events_behind_the_users(
        self, client: httpx2.AsyncClient, container: Container, auditor: dict[str, str]
    ) -> None:
        users = await client.get(USERS, headers=auditor)
        assert users.headers["cache-control"] == "no-store"
        body = users.json()
        ann = {"subject": "1", "username": "ann", "fullname": "Ann Lee", "email": None}
        assert body["users"] == [ann | {"disabled": False, "roles": ["auditor"]}]
        assert (body["next"], body.keys()) == (None, {"users", "next", "events_after"})
        await container.rename_user()(username="ann", new_username="anna")
        await container.number_events()()
        events = await client.get(EVENTS, params={"after": body["events_after"]}, headers=auditor)
        assert events.headers["cache-control"] == "no-store"
        answer = events.json()
        (renamed,) = answer["events"]
        assert renamed.pop("id").startswith("ev_")
        assert renamed == {"type": "user.renamed", "at": "2026-11-22T12:00:00Z", "subject": "1", "data": {}}
        assert (answer["more"], answer.keys()) == (False, {"events", "next", "more"})

    async def test_types_and_limit_select(
        self, client: httpx2.AsyncClient, container: Container, auditor: dict[str, str]
    ) -> None:
        after = (await client.get(EVENTS, headers=auditor)).json()["next"]
        for name in ("anna", "anne"):
            await container.rename_user()(username="ann" if name == "anna" else "anna", new_username=name)
            await container.grant_role()(username=name, role="admin")
            await container.revoke_role()(username=name, role="admin")
        await container.number_events()()
        query = {"after": after, "limit": "2", "types": "user.renamed,user.disabled"}
        answers = [(await client.get(EVENTS, params=query, headers=auditor)).json()]
        query["after"] = answers[0]["next"]
        answers.append((await client.get(EVENTS, params=query, headers=auditor)).json())
        types = [[each["type"] for each in answer["events"]] for answer in answers]
        assert types == [["user.renamed"] * 2, []]
        assert [answer["more"] for answer in answers] == [True, False]


class TestQuery:
    @pytest.mark.parametrize("path", [EVENTS, USERS])
    async def test_rejects(self, client: httpx2.AsyncClient, auditor: dict[str, str], path: str) -> None:
        for query, pointer, code in (
            ("after=", "/after", "not_a_place"),
            ("after=a%20b", "/after", "not_a_place"),
            (f"after={'a' * 769}", "/after", "not_a_place"),
            ("after=AAAA&after=AAAA", "/after", "duplicate"),
            ("limit=0", "/limit", "out_of_range"),
            ("limit=501", "/limit", "out_of_range"),
            ("limit=%EF%BC%91", "/limit", "out_of_range"),
            ("limit=1&limit=1", "/limit", "duplicate"),
            ("wait=1", "/query", "unknown"),
        ):
            response = await client.get(f"{path}?{query}", headers=auditor)
            assert_problem(response, 422, "invalid_input")
            found = [(each["pointer"], each["code"]) for each in response.json()["errors"]]
            assert found == [(pointer, code)], query

    async def test_rejects_unknown_types(self, client: httpx2.AsyncClient, auditor: dict[str, str]) -> None:
        for types in ("", "user", "user.disabled,", "user.disabled,user.disabled2"):
            response = await client.get(EVENTS, params={"types": types}, headers=auditor)
            assert_problem(response, 422, "invalid_input")
            assert [each["pointer"] for each in response.json()["errors"]] == ["/types"], types
        assert (await client.get(f"{USERS}?types=user.disabled", headers=auditor)).status_code == 422

    async def test_cursor_that_was_not_made_here(
        self, client: httpx2.AsyncClient, auditor: dict[str, str]
    ) -> None:
        assert_problem(await client.get(f"{EVENTS}?after=AAAA", headers=auditor), 410, "cursor_too_old")
        assert_problem(await client.get(f"{USERS}?after=AAAA", headers=auditor), 422, "invalid_input")


class TestPermission:
    async def test_is_demanded(self, client: httpx2.AsyncClient, tokens: TokenPair) -> None:
        for path, permission in ((EVENTS, "fastauth:events.read"), (USERS, "fastauth:users.read")):
            assert_problem(await client.get(path), 401, "no_access_token")
            response = await client.get(path, headers=bearer(tokens))
            assert_problem(response, 403, "not_permitted")
            assert permission in response.headers["www-authenticate"]
