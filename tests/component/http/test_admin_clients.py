"""``/admin/clients`` over fakes."""

import httpx2
import pytest
from tests.http_helpers import ANN, assert_problem, bearer, log_in

from fastauth.domain.clients.client_id import new_client_id
from fastauth.entrypoints.container import Container

pytestmark = pytest.mark.usefixtures("ann")
PATH = "/admin/clients"


@pytest.fixture
async def admin(client: httpx2.AsyncClient, container: Container) -> dict[str, str]:
    await container.grant_role()(username=ANN["username"], role="admin")
    return bearer(await log_in(client))


async def test_life_of_a_client(client: httpx2.AsyncClient, admin: dict[str, str]) -> None:
    body = {"name": "orders", "permissions": ["orders:read"], "audiences": ["https://orders.example"]}
    response = await client.post(PATH, json=body, headers=admin)
    assert (response.status_code, response.headers["cache-control"]) == (201, "no-store")
    created = response.json()
    assert created.keys() == {"client_id", "client_secret"}
    own = f"{PATH}/{created['client_id']}"
    stored = (await client.get(own, headers=admin)).json()
    assert body.items() <= stored.items()
    assert created["client_secret"] not in str(stored)
    assert [each["expires_at"] for each in stored["secrets"]] == [None]
    assert (await client.get(PATH, headers=admin)).json() == [stored]
    changed = await client.patch(own, json={"disabled": True}, headers=admin)
    assert changed.json()["disabled_at"]
    assert changed.json()["permissions"] == ["orders:read"]
    rotated = await client.post(f"{own}/rotate-secret", json={"at_once": True}, headers=admin)
    assert rotated.json()["client_secret"] != created["client_secret"]
    assert (await client.delete(own, headers=admin)).status_code == 204
    assert_problem(await client.get(own, headers=admin), 404, "client_not_found")


async def test_pages_are_linked(client: httpx2.AsyncClient, admin: dict[str, str]) -> None:
    for name in ("a", "b", "c"):
        await client.post(PATH, json={"name": name}, headers=admin)
    first = await client.get(PATH, params={"limit": "2"}, headers=admin)
    assert [each["name"] for each in first.json()] == ["a", "b"]
    second = await client.get(f"{PATH}{first.links['next']['url']}", headers=admin)
    assert [each["name"] for each in second.json()] == ["c"]
    assert "next" not in second.links


async def test_invalid_members_name_their_field(client: httpx2.AsyncClient, admin: dict[str, str]) -> None:
    await client.post(PATH, json={"name": "orders"}, headers=admin)
    for body, pointer, code in (
        ({"name": "A B"}, "/name", "not_allowed"),
        ({"name": "other", "permissions": ["orders"]}, "/permissions", "not_allowed"),
        ({"name": "other", "permissions": ["fastauth:keys.write"]}, "/permissions", "operator_only"),
        ({"name": "other", "audiences": ["a b"]}, "/audiences", "not_allowed"),
    ):
        response = await client.post(PATH, json=body, headers=admin)
        assert_problem(response, 422, "invalid_input")
        assert [(each["pointer"], each["code"]) for each in response.json()["errors"]] == [(pointer, code)]
    assert_problem(await client.post(PATH, json={"name": "orders"}, headers=admin), 409, "client_exists")
    for id_ in ("1", "fa_c_", new_client_id()):
        assert_problem(await client.get(f"{PATH}/{id_}", headers=admin), 404, "client_not_found")
