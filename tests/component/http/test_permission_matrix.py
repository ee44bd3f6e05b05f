"""Every admin route with every permission of the service, and with none."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from dependency_injector.providers import Object

from fastauth.domain.accounts.user import UserId
from fastauth.domain.principals.principal import Principal, PrincipalKind
from fastauth.domain.roles.role import ADMIN
from fastauth.entrypoints.container import Container

PATHS = ("/admin", "/v1/events", "/v1/users")
"""What the matrix covers: each route below needs a permission, and its description names it."""

BODIES: dict[str, object] = {
    "create_client_by_admin": {"name": "orders"},
    "change_client_by_admin": {},
    "rotate_client_secret_by_admin": {},
    "invite_by_admin": {"email": "ann@example.com"},
    "define_role": {"permissions": []},
    "create_webhook": {"url": "https://receiver.example/"},
    "change_webhook": {},
    "rotate_webhook_secret": {},
}
"""A valid body of each operation that has one: an invalid body is refused before the permission is."""

IDS = {"user_id": "1", "role": "none", "invitation_id": "1", "client_id": "fa_c_" + "a" * 20}
"""Values of parameters of paths; of any other one it is ``none``."""

PERMISSIONS = sorted(ADMIN.permissions)


class AuthenticateByName:
    """Takes the names of permissions for an access token that gives them."""

    async def __call__(self, *, access_token: str) -> Principal:
        permissions = frozenset(access_token.split(",")) - {"none"}
        return Principal(kind=PrincipalKind.API_KEY, permissions=permissions, user_id=UserId(1), key_id="k")


@pytest.fixture
async def operations(
    container: Container, openapi_document: dict[str, Any]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of the routes that are covered."""
    for name in ("root1", "ann"):
        await container.register_user()(username=name, password="sntsh", fullname=name, address=None)
    await container.grant_role()(username="root1", role="admin")
    container.authenticate_principal.override(Object(AuthenticateByName()))
    return iter(
        (method.upper(), path, operation)
        for path, methods in openapi_document["paths"].items()
        if path.startswith(PATHS)
        for method, operation in methods.items()
    )


async def send(
    client: httpx2.AsyncClient, method: str, path: str, operation: dict[str, Any], *permissions: str
) -> httpx2.Response:
    url = re.sub(r"\{(\w+)\}", lambda found: IDS.get(found[1], "none"), path)
    headers = {"Authorization": f"Bearer {','.join(permissions) or 'none'}"}
    return await client.request(method, url, headers=headers, json=BODIES.get(operation["operationId"]))


class TestPermissionMatrix:
    async def test_each_permission_opens_its_routes_and_no_other(
        self, client: httpx2.AsyncClient, operations: Iterator[tuple[str, str, dict[str, Any]]]
    ) -> None:
        """R53 (GHSA-xr8f-h2gw-9xh6, GHSA-gv74-j8m3-fg5f; CWE-862): a route without its permission."""
        seen = set()
        for method, path, operation in operations:
            needed = re.findall(r"Needs `(fastauth:[a-z._]+)`", operation["description"])
            assert len(needed) == 1, f"{method} {path}: its description names no permission"
            assert needed[0] in PERMISSIONS, (method, path)
            seen.add(needed[0])
            for given in ([], *([each] for each in PERMISSIONS), set(PERMISSIONS) - set(needed)):
                answer = await send(client, method, path, operation, *given)
                case = f"{method} {path} with {given}: {answer.status_code} {answer.text}"
                if list(given) == needed:
                    assert answer.status_code not in {401, 405, 422, 500}, case
                    assert "not_permitted" not in answer.text, case
                else:
                    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), case
                    assert f'scope="{needed[0]}"' in answer.headers["www-authenticate"], case
        assert seen >= {"fastauth:users.read", "fastauth:users.write", "fastauth:roles.read"}

    async def test_without_a_token_each_is_401(
        self, client: httpx2.AsyncClient, operations: Iterator[tuple[str, str, dict[str, Any]]]
    ) -> None:
        for method, path, operation in operations:
            url = re.sub(r"\{(\w+)\}", lambda found: IDS.get(found[1], "none"), path)
            answer = await client.request(method, url, json=BODIES.get(operation["operationId"]))
            assert (answer.status_code, answer.json()["code"]) == (401, "no_access_token"), (method, path)
