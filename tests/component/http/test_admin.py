"""``/admin`` over fakes."""

import re
from typing import Any

import httpx2
import pytest
from tests.fakes import FakeStorage
from tests.http_helpers import TokenPair, assert_problem, bearer
from tests.mail_helpers import a_verified_address

from fastauth.domain.accounts.user import UserId
from fastauth.domain.audit.event import EventType
from fastauth.entrypoints.container import Container


async def log_in(client: httpx2.AsyncClient, username: str) -> TokenPair:
    answer = await client.post("/sessions", json={"username": username, "password": "sntsh"})
    assert answer.status_code == 201, answer.text
    tokens: TokenPair = answer.json()
    return tokens


class Admin:
    """A client with the access token of an administrator."""

    def __init__(self, client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    async def send(self, method: str, path: str, **body: object) -> httpx2.Response:
        return await self.client.request(method, path, headers=self.headers, json=body or None)

    async def get(self, path: str) -> httpx2.Response:
        return await self.send("GET", path)


@pytest.fixture
async def root(container: Container, client: httpx2.AsyncClient) -> Admin:
    for name in ("root1", "ann", "bob"):
        await container.register_user()(username=name, password="sntsh", fullname=name, address=None)
    await container.grant_role()(username="root1", role="admin")
    await a_verified_address(container, "ann", "ann@example.com")
    return Admin(client, bearer(await log_in(client, "root1")))


class TestUsers:
    async def test_list_follows_links(self, root: Admin) -> None:
        found, path = [], "/admin/users?limit=2"
        while True:
            answer = await root.get(path)
            found += [each["username"] for each in answer.json()]
            link = re.fullmatch(r'<(\?[^>]+)>; rel="next"', answer.headers.get("link", ""))
            if link is None:
                break
            path = f"/admin/users{link[1]}"
        assert found == ["root1", "ann", "bob"]

    async def test_number_that_python_does_not_convert(self, root: Admin) -> None:
        """`int` refuses 4 301 digits, and the router converts before the caller is authenticated."""
        for method, path in (
            ("GET", "/admin/users/{}"),
            ("GET", "/admin/users/{}/events"),
            ("POST", "/admin/users/{}/disable"),
            ("DELETE", "/admin/invitations/{}"),
            ("POST", "/v1/erasures/{}/receipts"),
        ):
            for digits in (101, 4_301):
                answer = await root.client.request(method, path.format("9" * digits))
                assert answer.status_code == 404, (method, path, digits)

    async def test_search_returns_the_members_of_a_listed_user(self, root: Admin) -> None:
        (found,) = (await root.get("/admin/users?email=ANN%40")).json()
        assert found == {
            "id": 2,
            "username": "ann",
            "fullname": "ann",
            "email": "ann@example.com",
            "disabled_at": None,
            "erase_at": None,
            "has_second_factor": False,
            "roles": [],
        }
        assert [each["id"] for each in (await root.get("/admin/users?role=admin")).json()] == [1]
        assert (await root.get("/admin/users?disabled=true&username=a")).json() == []

    async def test_query_that_is_not_allowed(self, root: Admin) -> None:
        for query, pointer, code in (
            ("limit=0", "/limit", "out_of_range"),
            ("limit=201", "/limit", "out_of_range"),
            ("limit=1&limit=1", "/limit", "duplicate"),
            ("disabled=1", "/disabled", "not_allowed"),
            ("sort=username", "/query", "unknown"),
            ("username=", "/username", "empty"),
            ("username=%00", "/username", "control_character"),
            ("role=%00", "/role", "control_character"),
            ("after=AAAA", "/after", "not_a_place"),
            (f"after={'A' * 900}", "/after", "not_a_place"),
        ):
            answer = await root.get(f"/admin/users?{query}")
            assert_problem(answer, 422, "invalid_input")
            assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]

    async def test_account_has_no_secret(self, root: Admin) -> None:
        answer = await root.get("/admin/users/2")
        assert answer.json() == {
            "id": 2,
            "username": "ann",
            "fullname": "ann",
            "locale": None,
            "disabled_at": None,
            "erase_at": None,
            "email": {
                "address": "ann@example.com",
                "added_at": answer.json()["email"]["added_at"],
                "verified_at": answer.json()["email"]["verified_at"],
                "undeliverable_at": None,
            },
            "pending_email": None,
            "has_password": True,
            "passkeys": 0,
            "totp_since": None,
            "totp_locked": False,
            "recovery_codes": 0,
            "roles": [],
            "permissions": [],
        }

    async def test_sessions_come_in_pages_without_secrets(
        self, root: Admin, client: httpx2.AsyncClient
    ) -> None:
        for _ in range(2):
            await log_in(client, "ann")
        answer = await root.get("/admin/users/2/sessions?limit=1")
        (session,) = answer.json()
        assert (session["acr"], session.keys() & {"refresh_digest", "methods"}) == ("aal1", set())
        following = re.fullmatch(r'<(\?[^>]+)>; rel="next"', answer.headers["link"])
        assert following
        (other,) = (await root.get(f"/admin/users/2/sessions{following[1]}")).json()
        assert other["id"] != session["id"]

    async def test_id_that_no_account_has(self, root: Admin) -> None:
        for number in ("999", "9223372036854775807", "9223372036854775808", "9" * 100):
            assert_problem(await root.get(f"/admin/users/{number}"), 404, "user_not_found")
            assert_problem(await root.send("POST", f"/admin/users/{number}/disable"), 404, "user_not_found")
        for text in ("0x1", "-1", "one", "1.0"):
            assert_problem(await root.get(f"/admin/users/{text}"), 404, "not_found")


class TestActs:
    async def test_each_is_done(self, root: Admin, storage: FakeStorage) -> None:
        for method, path, status in (
            ("POST", "disable", 204),
            ("POST", "enable", 204),
            ("POST", "unlock", 204),
            ("POST", "end-sessions", 204),
            ("POST", "start-reset", 202),
            ("POST", "reset-second-factor", 204),
            ("PUT", "roles/auditor", 204),
            ("PUT", "roles/auditor", 204),
            ("DELETE", "roles/auditor", 204),
        ):
            answer = await root.send(method, f"/admin/users/2/{path}")
            assert answer.status_code == status, (path, answer.text)
        assert storage.users[UserId(2)].disabled_at is None
        assert storage.user_roles[UserId(2)] == ()
        assert_problem(await root.send("DELETE", "/admin/users/2/roles/auditor"), 404, "role_not_found")
        assert_problem(await root.send("PUT", "/admin/users/2/roles/%00"), 404, "role_not_found")

    async def test_acting_user_comes_from_the_token_alone(self, root: Admin, storage: FakeStorage) -> None:
        """D6 (CVE-2025-61928): no value in body or query chooses who acts, or on whom."""
        others = {"acting": 3, "actor_id": 3, "user_id": 1, "granted_by": 3}
        query = "?" + "&".join(f"{name}={value}" for name, value in others.items())
        answer = await root.send("PUT", f"/admin/users/2/roles/auditor{query}", **others)
        assert answer.status_code == 204
        (entry,) = [each for each in storage.entries if each.event.type is EventType.ROLE_GRANTED][1:]
        assert entry.source
        assert (entry.event.user_id, entry.source.actor_id) == (2, 1)
        assert [each.granted_by for each in storage.user_roles[UserId(2)]] == [1]

    async def test_rules_of_delegation_have_their_codes(self, root: Admin) -> None:
        for method, path, status, code in (
            ("POST", "/admin/users/1/disable", 403, "own_account"),
            ("PUT", "/admin/users/1/roles/auditor", 403, "own_account"),
            ("DELETE", "/admin/users/1/roles/admin", 409, "last_administrator"),
            ("POST", "/admin/users/3/start-reset", 409, "no_verified_address"),
        ):
            assert_problem(await root.send(method, path), status, code)

    async def test_user_without_permission(self, root: Admin, client: httpx2.AsyncClient) -> None:
        ann = Admin(client, bearer(await log_in(client, "ann")))
        answer = await ann.send("POST", "/admin/users/1/disable")
        assert_problem(answer, 403, "not_permitted")
        assert answer.headers["www-authenticate"].endswith('scope="fastauth:users.write"')


class TestAudit:
    async def test_trail_of_all_and_of_one(self, root: Admin, client: httpx2.AsyncClient) -> None:
        await root.send("POST", "/admin/users/2/unlock")
        await client.post("/sessions", json={"username": "ann", "password": "wrong"})
        (newest, *_) = (await root.get("/admin/audit?limit=1")).json()
        assert (newest["type"], newest["user_id"], newest["actor"]) == ("login_failed", None, "client")
        own = (await root.get("/admin/users/2/events")).json()
        assert [each["type"] for each in own[:2]] == ["login_failed", "user_unlocked"]
        assert (own[1]["actor_id"], own[1]["username"]) == (1, "ann")
        assert {each["user_id"] for each in own} == {None, 2}
        (unlocked,) = (await root.get("/admin/users/2/events?type=user_unlocked")).json()
        assert unlocked == own[1]
        assert (await root.get("/admin/audit?since=2999-01-01T00:00:00Z")).json() == []
        assert (await root.get("/admin/audit?until=1999-01-01T00:00:00%2B01:00")).json() == []

    async def test_pages_follow_one_another(self, root: Admin) -> None:
        every = [each["id"] for each in (await root.get("/admin/audit")).json()]
        found, path = [], "/admin/audit?limit=2"
        while True:
            answer = await root.get(path)
            found += [each["id"] for each in answer.json()]
            link = re.fullmatch(r'<(\?[^>]+)>; rel="next"', answer.headers.get("link", ""))
            if link is None:
                break
            path = f"/admin/audit{link[1]}"
        assert found == every
        other = await root.get(f"/admin/users/2/events{path.removeprefix('/admin/audit')}")
        assert_problem(other, 422, "invalid_input")

    async def test_query_that_is_not_allowed(self, root: Admin) -> None:
        for query, pointer in (
            ("type=nothing", "/type"),
            ("since=yesterday", "/since"),
            ("since=2026-11-26T12:00:00", "/since"),
            ("until=0001-01-01T00:00:00%2B14:00", "/until"),
            ("after=AAAA", "/after"),
            ("user_id=1", "/query"),
        ):
            answer = await root.get(f"/admin/audit?{query}")
            assert_problem(answer, 422, "invalid_input")
            assert [each["pointer"] for each in answer.json()["errors"]] == [pointer], query
        assert_problem(await root.get("/admin/users/999/events"), 404, "user_not_found")


class TestRoles:
    async def test_life_of_a_role(self, root: Admin) -> None:
        clerk = {"permissions": ["orders:write", "orders:read"], "description": "Orders"}
        shown = {"name": "clerk", "description": "Orders", "built_in": False}
        shown["permissions"] = ["orders:read", "orders:write"]
        for status in (201, 200):
            answer = await root.send("PUT", "/admin/roles/clerk", **clerk)
            assert (answer.status_code, answer.json()) == (status, shown)
        assert (await root.get("/admin/roles/clerk")).json() == shown
        assert [each["name"] for each in (await root.get("/admin/roles")).json()] == [
            "admin",
            "auditor",
            "clerk",
        ]
        await root.send("PUT", "/admin/users/2/roles/clerk")
        assert_problem(await root.send("DELETE", "/admin/roles/clerk"), 409, "roles_in_use")
        await root.send("DELETE", "/admin/users/2/roles/clerk")
        assert (await root.send("DELETE", "/admin/roles/clerk")).status_code == 204
        assert_problem(await root.get("/admin/roles/clerk"), 404, "role_not_found")

    async def test_what_is_not_allowed(self, root: Admin) -> None:
        for name, body, pointers in (
            ("Clerk", {"permissions": []}, ["/name"]),
            ("clerk", {"permissions": ["orders"]}, ["/permissions"]),
            ("clerk", {"permissions": ["fastauth:users.read"]}, ["/permissions"]),
            ("clerk", {"permissions": [1]}, ["/permissions"]),
            ("clerk", {"description": "x"}, ["/permissions"]),
            ("clerk", {"permissions": [], "description": "x" * 201}, ["/description"]),
        ):
            answer = await root.send("PUT", f"/admin/roles/{name}", **body)
            assert_problem(answer, 422, "invalid_input")
            assert [each["pointer"] for each in answer.json()["errors"]] == pointers
        for name in ("admin", "auditor"):
            assert_problem(
                await root.send("PUT", f"/admin/roles/{name}", permissions=[]), 409, "built_in_role"
            )
            assert_problem(await root.send("DELETE", f"/admin/roles/{name}"), 409, "built_in_role")


def test_routes_about_accounts_take_and_show_no_secret(openapi_document: dict[str, Any]) -> None:
    """ASVS 6.4.6: an administrator starts a reset and neither chooses nor gets the password."""
    operations = {
        f"{method} {path}": operation
        for path, methods in openapi_document["paths"].items()
        if path.startswith("/admin/users")
        for method, operation in methods.items()
    }
    assert len(operations) >= 11
    assert not [name for name, operation in operations.items() if "requestBody" in operation]
    schemas = openapi_document["components"]["schemas"]
    for shown in ("ListedUserResponse", "ManagedUserResponse", "AdminSessionResponse", "AdminEmailResponse"):
        suspicious = [
            name
            for name in schemas[shown]["properties"]
            if re.search("password|secret|hash|digest|token", name)
        ]
        assert suspicious in ([], ["has_password"]), shown
