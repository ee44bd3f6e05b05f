"""What every response has in common: headers, request ids, methods and paths."""

import re
from typing import ClassVar

import httpx2
import pytest
from tests.builders import a_registration
from tests.http_helpers import assert_problem

URL = "/users/register"


class TestEveryResponse:
    REQUESTS: ClassVar = [
        ("GET", "/ping"),
        ("GET", "/none"),
        ("GET", URL),
        ("POST", URL),
        ("GET", "/health/live"),
        ("GET", "/docs"),
    ]

    @pytest.mark.parametrize(("method", "path"), REQUESTS)
    async def test_security_headers(self, client: httpx2.AsyncClient, method: str, path: str) -> None:
        headers = (await client.request(method, path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" in headers
        assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
        assert "server" not in headers

    @pytest.mark.parametrize("sent", ["abc", "A.b_c-9", "x" * 64])
    async def test_returns_given_request_id(self, client: httpx2.AsyncClient, sent: str) -> None:
        response = await client.get("/ping", headers={"X-Request-Id": sent})
        assert response.headers.get_list("x-request-id") == [sent]

    @pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "a\x1b[2J", "é", "a,b"])
    async def test_replaces_unsafe_request_id(self, client: httpx2.AsyncClient, sent: str) -> None:
        response = await client.get("/ping", headers={b"X-Request-Id": sent.encode()})
        assert re.fullmatch("[0-9a-f]{16}", response.headers["x-request-id"])

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO"])
    async def test_lists_allowed_methods(self, client: httpx2.AsyncClient, method: str) -> None:
        response = await client.request(method, URL)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize(
        "path", ["/users", f"{URL}/", f"{URL}//", "/users//register", "/docs/", "/%00", "/%ff"]
    )
    async def test_similar_path_is_not_found(self, client: httpx2.AsyncClient, path: str) -> None:
        assert_problem(await client.post(path, json=a_registration()), 404, "not_found")
