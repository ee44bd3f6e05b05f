"""Helpers of tests that log in over HTTP."""

from typing import Any

import httpx2

TokenPair = dict[str, Any]

ANN = {"username": "ann", "password": "sntsh"}


async def log_in(client: httpx2.AsyncClient, **headers: str) -> TokenPair:
    response = await client.post("/sessions", json=ANN, headers=headers)
    assert response.status_code == 201, response.text
    tokens: TokenPair = response.json()
    return tokens


def bearer(tokens: TokenPair) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def assert_problem(response: httpx2.Response, status: int, code: str) -> None:
    """Fail unless the response is the problem (RFC 9457) with this status and code."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:fastauth:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert ("errors" in problem) == (status == 422)
