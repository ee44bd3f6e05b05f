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
