"""Clients that close the connection, and what is still done for them."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import httpx2
from tests.builders import a_registration
from tests.harness.gated_pool import DEADLINE, GatedPool, gated_pool, gated_service  # noqa: F401  fixtures
from tests.harness.processes import wait_until
from tests.harness.service import NO_TLS


def client(url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, timeout=DEADLINE, verify=NO_TLS)


@asynccontextmanager
async def asking(url: str, path: str, body: dict[str, str]) -> AsyncIterator[None]:
    """Send a request, and close the connection in the end without having waited for the answer."""
    _, _, address = url.partition("//")
    host, _, port = address.partition(":")
    content = json.dumps(body)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n{content}".encode())
    await writer.drain()
    yield
    writer.close()
    await writer.wait_closed()


class TestDisconnect:
    async def test_removes_request_from_queue(self, url: str, pool: GatedPool) -> None:
        body = {"username": "santosh", "password": "sntsh"}
        async with client(url) as honest:
            first = asyncio.create_task(honest.post("/sessions", json=body))
            await pool.until_present(1)
            for _ in range(4):
                async with AsyncExitStack() as impatient:
                    for _ in range(50):
                        await impatient.enter_async_context(asking(url, "/sessions", body))
                    await pool.until_present(51)
                await pool.until_present(1)
            second = asyncio.create_task(honest.post("/sessions", json=body))
            await pool.until_present(2)
            pool.gate.set()
            assert [(await first).status_code, (await second).status_code] == [401, 401]
        assert pool.hashed == 2

    async def test_begun_change_is_completed(self, url: str, pool: GatedPool, tmp_path: Path) -> None:
        def is_stored() -> bool:
            with closing(sqlite3.connect(tmp_path / "hung_up.db")) as database:
                return bool(database.execute("SELECT 1 FROM user_info").fetchall())

        registration = a_registration()
        async with asking(url, "/users/register", registration):
            await pool.until_present(1)
        pool.gate.set()
        await asyncio.to_thread(wait_until, is_stored, "the account is not stored", deadline=DEADLINE)
        async with client(url) as other:
            response = await other.post("/users/register", json=registration)
        assert response.status_code == 409
